// Sends each chosen file by its own PUT, two at a time, and tells Python the tokens once all are through.
const AT_ONCE = 2

export default function (component) {
  const { data, parentElement, setStateValue } = component
  // The function runs again after every rerun; transfers under way must outlive that.
  const zone = (parentElement.waymark ??= start(parentElement))
  zone.data = data
  zone.report = (tokens) => setStateValue("tokens", tokens)
  zone.label()
}

function start(root) {
  const find = (selector) => root.querySelector(selector)
  const zone = { data: null, report: null, waiting: [], running: 0, tokens: [], label }
  const input = find("input")
  const frame = find(".zone")

  function label() {
    find(".title").textContent = zone.data.words.title
    find(".hint").textContent = zone.data.words.hint
  }

  input.addEventListener("change", () => {
    for (const file of input.files) add(file)
    input.value = "" // so that the same file can be chosen again
    next()
  })
  for (const name of ["dragenter", "dragover"]) input.addEventListener(name, () => frame.classList.add("over"))
  for (const name of ["dragleave", "drop"]) input.addEventListener(name, () => frame.classList.remove("over"))

  function add(file) {
    const words = zone.data.words
    const row = document.createElement("li")
    const name = element("span", "name", file.name)
    const done = element("span", "done", "")
    const button = element("button", "", words.cancel)
    button.type = "button"
    button.setAttribute("aria-label", `${words.cancel}: ${file.name}`)
    const bar = document.createElement("progress")
    bar.max = 1
    bar.value = 0
    bar.setAttribute("aria-label", file.name)
    row.append(name, done, button, bar)
    find(".files").append(row)
    const transfer = { file, row, done, bar, request: null, over: false }
    button.addEventListener("click", () => cancel(transfer))
    if (file.size > zone.data.most) fail(transfer, words.too_large)
    else zone.waiting.push(transfer)
  }

  function next() {
    while (zone.running < AT_ONCE && zone.waiting.length) send(zone.waiting.shift())
    if (!zone.running && zone.tokens.length) {
      zone.report([...zone.tokens])
      say(zone.data.words.sent)
    }
  }

  function send(transfer) {
    const request = (transfer.request = new XMLHttpRequest())
    zone.running += 1
    request.open("PUT", zone.data.url)
    request.setRequestHeader("x-waymark-ticket", zone.data.ticket)
    request.setRequestHeader("x-waymark-name", encodeURIComponent(transfer.file.name))
    request.upload.onprogress = (event) => {
      if (!event.lengthComputable) return
      transfer.bar.value = event.loaded / event.total
      transfer.done.textContent = `${Math.floor((100 * event.loaded) / event.total)} %`
    }
    request.onload = () => {
      if (request.status === 200) {
        zone.tokens.push(JSON.parse(request.responseText).token)
        transfer.row.remove()
      } else fail(transfer, problem(request.status))
    }
    request.onerror = () => fail(transfer, zone.data.words.broken)
    request.onloadend = () => {
      zone.running -= 1
      next()
    }
    request.send(transfer.file)
  }

  function problem(status) {
    const words = zone.data.words
    return { 401: words.signed_out, 403: words.stale, 413: words.too_large, 507: words.disk_full }[status] ?? words.broken
  }

  function fail(transfer, text) {
    transfer.over = true
    transfer.bar.remove()
    transfer.done.textContent = ""
    const button = transfer.row.querySelector("button")
    button.textContent = zone.data.words.dismiss
    button.setAttribute("aria-label", `${zone.data.words.dismiss}: ${transfer.file.name}`)
    const line = element("p", "problem", text)
    line.setAttribute("role", "alert")
    transfer.row.append(line)
  }

  function cancel(transfer) {
    if (!transfer.over && transfer.request) transfer.request.abort() // its loadend starts the next
    zone.waiting = zone.waiting.filter((other) => other !== transfer)
    transfer.row.remove()
    say(zone.data.words.cancelled)
  }

  function say(text) {
    find(".status").textContent = text
  }

  return zone
}

function element(tag, className, text) {
  const made = document.createElement(tag)
  made.className = className
  made.textContent = text
  return made
}
