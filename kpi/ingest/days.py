"""How is a cell's text read as a day or a moment?

What can be read in one way only is read whatever the order of a column's days and months: years of four digits first,
eight digits, months by name in European languages, Chinese days, each with or without a time, AM and PM, 上午 and 下午,
and the zone it states. A month alone is its first day. Times without a zone are taken to be in the workspace's own.
Expressions give null for what does not fit.
"""

from __future__ import annotations

from sqlglot import exp

from kpi.ingest.trees import bound, fill, lazily, looked_up, words

EPOCHS = {"epoch_s": 1, "epoch_ms": 1_000}  # readings of moments as counts since 1970, and their counts a second
EPOCH_FIRST, EPOCH_AFTER = 631_152_000, 4_102_444_800  # 1990 and 2100
SERIAL_FIRST, SERIAL_LAST = 32_874, 69_396  # the same years as spreadsheet day numbers

# What may be a day at all; spares other values the formats.
LIKE_A_DAY = (
    r"^\s*(\d{1,4}\s*[-/年月 ]|\d{1,4}\.\s?\d{1,2}\.|\d{8}|\d{1,2}(st|nd|rd|th)?[-. ,]*\pL{3}"
    r"|\pL{3,12}[ .,/-]+\d|\pL{2,9}\.?,? (\d{1,2} )?\pL{3}|[０-９])"
)
_LOCAL = r"\s*\d{4}[-/]\d{1,2}[-/]\d{1,2}([T ]+\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?)?\s*"
_ZONED = r"\s*\d{4}[-/]\d{1,2}[-/]\d{1,2}[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}(:\d{2})?)\s*"
_ZONE = (
    r"(?i)(?:\d:\d{2}(?::\d{2})?(?:[.,]\d+)?(?:\s*[AP]M)?\s*|T\d{4,6})"
    r"((?:Z|UTC|GMT)?\s?(?:[+-]\d{2}:?(?:\d{2})?)?)(?:\s*\([^)]*\))?$"
)

_MONTHS = (
    "jan january januar jänner janvier janv enero ene gennaio gen janeiro januari",
    "feb february februar février févr fév febrero febbraio fevereiro fev februari",
    "mar march märz mär mars marzo março maart mrt",
    "apr april avril avr abril abr aprile",
    "may mai mayo maggio mag maio mei",
    "jun june juni juin junio giugno giu junho",
    "jul july juli juillet juil julio luglio lug julho",
    "aug august août aou agosto ago augustus",
    "sep sept september septembre septiembre settembre set setembro",
    "oct october oktober okt octobre octubre ottobre ott outubro out",
    "nov november novembre noviembre novembro",
    "dec december dezember dez décembre déc diciembre dic dicembre dezembro",
)
_MONTH = {name: str(number) for number, names in enumerate(_MONTHS, start=1) for name in names.split()}

_CLOCKS = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p")
_YEAR_FIRST = (*(day + clock for day in ("%Y/%m/%d", "%Y%m%d") for clock in _CLOCKS), "%Y%m%d%H%M%S", "%Y%m%dT%H%M%S")
_DAY_FIRST = (*(day + clock for day in ("%d/%m/%y", "%d/%m/%Y", "%Y/%m/%d") for clock in _CLOCKS), "%m/%Y")
_MONTH_FIRST = (
    *(day + clock for day in ("%m/%d/%y", "%m/%d/%Y") for clock in _CLOCKS),
    "%m/%d %H:%M:%S/%Y",
    "%m/%Y",
)
_ORDERED = {"dmy": ("%d/%m/%y", "%d/%m/%Y"), "mdy": ("%m/%d/%y", "%m/%d/%Y"), "yymd": ("%y/%m/%d",)}


def local(reading: str, cell: exp.Expr, zone: str) -> exp.Expr:
    """The moment a cell names, in the workspace's own time."""
    if reading == "serial":
        return _serial(cell)
    if reading in EPOCHS:
        return _since_1970(reading, cell, zone)
    one_way = _one_way(cell, exp.Literal.string(zone))
    if reading in _ORDERED:
        one_way = exp.Coalesce(this=ordered(reading, cell), expressions=[one_way])
    return sane(one_way)


def utc(reading: str, cell: exp.Expr, zone: str) -> exp.Expr:
    """The moment a cell names, in UTC."""
    moment = local(reading, cell, zone)
    if zone == "UTC":
        return moment
    return fill("(:t AT TIME ZONE :z) AT TIME ZONE 'UTC'", t=moment, z=exp.Literal.string(zone))


def sane(moment: exp.Expr) -> exp.Expr:
    """Years of one to three digits come from misread text."""
    return bound("t", moment, fill("CASE WHEN t >= TIMESTAMP '1000-01-01 00:00:00' THEN t END"))


def _serial(cell: exp.Expr) -> exp.Expr:
    return fill(
        """CASE WHEN :d BETWEEN 1 AND 2958465 THEN
                TIMESTAMP '1899-12-30 00:00:00' + TO_MILLISECONDS(CAST(ROUND(:d * 86400) * 1000 AS BIGINT)) END""",
        d=fill("TRY_CAST(:v AS DOUBLE)", v=cell),
    )


def _since_1970(reading: str, cell: exp.Expr, zone: str) -> exp.Expr:
    return fill(
        "CASE WHEN :d >= :first AND :d < :after THEN TO_TIMESTAMP(:d) AT TIME ZONE :z END",
        d=fill("TRY_CAST(:v AS DOUBLE) / :n", v=cell, n=exp.Literal.number(EPOCHS[reading])),
        first=exp.Literal.number(EPOCH_FIRST),
        after=exp.Literal.number(EPOCH_AFTER),
        z=exp.Literal.string(zone),
    )


def ordered(reading: str, cell: exp.Expr) -> exp.Expr:
    """The local time of a cell whose day and month are told apart by their order alone."""
    short, x = _ORDERED[reading], exp.column("x")
    parted = fill(r"REGEXP_REPLACE(:v, '^(\d{1,2})[-.](\d{1,2})[-.]', '\1/\2/')", v=_narrow(x))
    clocked = fill(r"REGEXP_REPLACE(:v, '(\d),?[T ]\s*(\d)', '\1 \2')", v=parted)
    spoken = fill(r"REGEXP_REPLACE(:v, '(?i)\s*([ap])\.?m\.?$', ' \1M')", v=clocked)
    start = r"^\s*\d{2}[-/.]\d{1,2}[-/.]\d{2}(\D|$)" if reading == "yymd" else r"^\s*[\d０-９]"
    formats = words([day + clock for clock in (*_CLOCKS, " %H:%M:%S.%f") for day in short])
    slow = fill(
        "CASE WHEN REGEXP_MATCHES(:v, :start) THEN :read END",
        v=cell,
        start=exp.Literal.string(start),
        read=lazily(cell, fill("TRY_STRPTIME(:f, :formats)", f=spoken, formats=formats)),
    )
    if reading == "yymd":
        return slow
    quick = fill("CASE WHEN LENGTH(:v) <= 10 THEN TRY_STRPTIME(:v, :short) END", v=cell, short=words(short))
    return exp.Coalesce(this=quick, expressions=[slow])


def _narrow(cell: exp.Expr) -> exp.Expr:
    return fill("TRIM(TRANSLATE(:v, '０１２３４５６７８９：／－．，　', '0123456789:/-., '))", v=cell)


def _one_way(cell: exp.Expr, zone: exp.Expr) -> exp.Expr:
    """Local time of a cell that can be read in one way.

    Without a digit nothing is a day: the engine would take words such as `infinity` and `epoch` for moments.
    """
    return fill(
        r"""CASE WHEN SUBSTRING(:v, 5, 1) IN ('-', '/') AND :v < ':'
                      AND (LENGTH(:v) BETWEEN 8 AND 10 OR (LENGTH(:v) = 19 AND SUBSTRING(:v, 17, 1) = ':'))
                 THEN TRY_CAST(:v AS TIMESTAMP)
                 WHEN REGEXP_FULL_MATCH(:v, :local)
                 THEN TRY_CAST(REPLACE(TRIM(:v), ',', '.') AS TIMESTAMP)
                 WHEN REGEXP_FULL_MATCH(:v, :zoned)
                 THEN TRY_CAST(TRIM(:v) AS TIMESTAMPTZ) AT TIME ZONE :z
                 WHEN REGEXP_MATCHES(:v, '[0-9０-９]')
                 THEN :spelled END""",
        v=cell,
        local=exp.Literal.string(_LOCAL),
        zoned=exp.Literal.string(_ZONED),
        z=zone,
        spelled=lazily(cell, _spelled(exp.column("x"), zone)),
    )


def _spelled(cell: exp.Expr, zone: exp.Expr) -> exp.Expr:
    """Days with the month's name, Chinese days, eight digits, other marks between the parts; with any zone.

    What recurs has a name of its own: written out each time, one column's expression would be a hundred kilobytes.
    """
    narrow, suffix, spoken, name, day = (exp.column(each) for each in ("narrow", "suffix", "spoken", "name", "day"))
    zone_of = fill("REGEXP_EXTRACT(:v, :p, 1)", v=narrow, p=exp.Literal.string(_ZONE))
    bare = fill(
        "CASE WHEN :s = '' THEN :v ELSE LEFT(:v, LENGTH(:v) - LENGTH(REGEXP_EXTRACT(:v, :p))) END",
        s=suffix,
        v=narrow,
        p=exp.Literal.string(r"(?i)(?:Z|UTC|GMT)?\s?(?:[+-]\d{2}:?(?:\d{2})?)?(?:\s*\([^)]*\))?$"),
    )
    lean = fill(r"TRIM(REGEXP_REPLACE(:v, :p, '\1\2', 'g'))", v=bare, p=exp.Literal.string(_NOISE))
    clock = fill(
        r"REGEXP_REPLACE(REGEXP_REPLACE(:v, '[时点分]\s*(\d)', ':\1', 'g'), '(\d)[Tt](\d+:)', '\1 \2')", v=lean
    )
    noon = fill(r"REGEXP_REPLACE(:v, '(上午|下午)\s*(\d[\d:]*)', '\2\1')", v=clock)
    english = fill("REPLACE(REPLACE(REPLACE(:v, '上午', ' AM'), '下午', ' PM'), '分', '')", v=noon)
    said = fill(r"UPPER(REGEXP_REPLACE(:v, '(?i)(\d)\s*([ap])\.?m\.?$', '\1 \2M'))", v=english)
    month = fill(r"LOWER(REGEXP_EXTRACT(:v, '\pL{3,}'))", v=spoken)
    latin = fill(r"REGEXP_MATCHES(:n, '[a-zà-ÿ]')", n=name)
    numbered = fill(
        r"CASE WHEN :a THEN REGEXP_REPLACE(:v, '\pL{3,}', '/' || :m || '/') ELSE :v END",
        a=latin,
        v=spoken,
        m=looked_up(name, _MONTH),
    )
    slashed = fill(
        r"TRIM(REGEXP_REPLACE(REGEXP_REPLACE(:v, '[年月日.,\s/-]+', '/', 'g'), '/([AP]M)', ' \1'), '/')", v=numbered
    )
    parts = fill(r"REGEXP_REPLACE(:v, '/(\d{1,2}):', ' \1:')", v=slashed)
    local_time = fill(
        r"""CASE WHEN :a AND REGEXP_MATCHES(:spoken, '^\pL') THEN TRY_STRPTIME(:day, :month_first)
                 WHEN :a THEN TRY_STRPTIME(:day, :day_first)
                 WHEN REGEXP_FULL_MATCH(:v, '\s*(19|20)\d{2}\s*[-/年]\s*(0?[1-9]|1[0-2])\s*月?\s*')
                 THEN TRY_STRPTIME(:day, '%Y/%m')
                 ELSE TRY_STRPTIME(:day, :year_first) END""",
        a=latin,
        spoken=spoken,
        v=narrow,
        day=day,
        month_first=words(_MONTH_FIRST),
        day_first=words(_DAY_FIRST),
        year_first=words(_YEAR_FIRST),
    )
    zoned = fill(
        "CASE WHEN suffix = '' THEN moment ELSE (moment - :o) AT TIME ZONE 'UTC' AT TIME ZONE :z END",
        o=_offset(suffix),
        z=zone,
    )
    timed = bound("moment", bound("name", month, bound("day", parts, local_time)), zoned)
    return bound("narrow", _narrow(cell), bound("suffix", zone_of, bound("spoken", said, timed)))


_NOISE = (
    r"(?i)(?:星期|周|礼拜)[一二三四五六日天]|\b(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?\b[.,]?"
    r"|(\d)(?:st|nd|rd|th)\b|秒|\b(?:of|de)\b|(:\d{2})[.,]\d+"
)


def _offset(suffix: exp.Expr) -> exp.Expr:
    """How far ahead of UTC a stated zone is."""
    return fill(
        r"""TO_MINUTES(COALESCE(TRY_CAST(REGEXP_EXTRACT(:s, '([+-]\d{2})', 1) AS INTEGER), 0) * 60
                       + COALESCE(TRY_CAST(REGEXP_EXTRACT(:s, '[+-]\d{2}:?(\d{2})', 1) AS INTEGER), 0)
                         * CASE WHEN CONTAINS(:s, '-') THEN -1 ELSE 1 END)""",
        s=suffix,
    )
