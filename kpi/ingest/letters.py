"""How much does a decoded text look like a language? Everyday letters per language tell true readings from chance ones.

Nearly any bytes decode in several two-byte encodings. Read in the wrong one, they give characters of all kinds; in the
right one, a few hundred everyday characters make up about half of what is written.
"""

from __future__ import annotations

SIMPLIFIED = frozenset(
    "的一是不了在人有我他这中大来上个国和也子时道说出会三要于下得可你年生自会那后能对着事其里所去行过家十用发天如然作方成者多日都三小军二无同么经法当起与好看学进种将还分此心前面又定见只主没公从知使全工现样开业间手回想机意把等等力长高部使明动已些月产实本性种方现加通问题理名关系数重量位入电新合员市场度目第度期总额单订金客户编号品价格店铺渠道支付款时间状态销售收款类型地区省城县街路号姓女男张王李刘陈杨黄赵吴周徐孙马朱胡郭何林高罗北京上海广州深圳杭苏南成都完待取消退货库存平台微信宝备注负责线索商机联系活动费用成本利润率合计项一二三四五六七八九百千万元角分次"
)
TRADITIONAL = frozenset(
    "的一是不了在人有我他這中大來上個國和也子時道說出會三要於下得可你年生自那後能對著事其裡所去行過家十用發天如然作方成者多日都小軍二無同麼經法當起與好看學進種將還分此心前面又定見只主沒公從知使全工現樣開業間手回想機意把等力長高部明動已些月產實本性加通問題理名關係數重量位入電新合員市場度目第期總額單訂金客戶編號品價格店鋪渠道支付款間狀態銷售收類型地區縣街路姓女男張王李劉陳楊黃趙吳周徐孫馬朱胡郭何林羅北京台臺灣香港海完待取消退貨庫存備註負責線索商活費用成本利潤率計項四五六七八九百千萬元角分次"
)
HANGUL = frozenset(
    "이다는에의가을를은로고하지한사기도리자인어대일시정그해아나서부수제상보들전주원장구공여성계국동관경신과무조비선오만소면용교방라내생중연안있금문유미위모년치거실회화가우영분물재통으간현산세결개게체업행번호날짜객제품명액량단판매점총합김박최강윤임한양배송완료취소코드부산울역팀월요"
)
JAPANESE = frozenset(
    "日本人年月時分大中小上下出入会社事業部長名前住所電話番号注文商品金額数量単価合計顧客店売販費用税込受発送東京阪田山川村木林高橋佐藤鈴伊渡辺中井一二三四五六七八九十百千万円"
)
ACCENTED = frozenset("éèêëàâäáãåçñôöòóõøùûüúíìîïæœßÿšžÉÈÊËÀÂÄÁÃÅÇÑÔÖÒÓÕØÙÛÜÚÍÌÎÏÆŒŠŽ")
SIGNS = frozenset("°£€§–—‘’“”…®™«»·²³µ½¼¾¿¡ºª×±©¢¥ \xa0")
INNER = frozenset("’‘·\xad")  # signs within a word
PUNCTUATION = frozenset("，。、；：？！（）【】《》“”‘’—…·￥％")

EVERYDAY = {"gb18030": SIMPLIFIED, "big5": TRADITIONAL, "euc_kr": HANGUL, "shift_jis": JAPANESE, "euc_jp": JAPANESE}


def everyday_share(text: str, encoding: str) -> float:
    """Share of the characters beyond ASCII that are everyday ones of the language that uses this encoding (0-1)."""
    letters = [letter for letter in text if letter > "\x7f" and letter not in PUNCTUATION]
    known = EVERYDAY[encoding]
    kana = encoding in ("shift_jis", "euc_jp")
    return sum(letter in known or (kana and "ぁ" <= letter <= "ヿ") for letter in letters) / max(1, len(letters))


def western_share(text: str) -> float:
    """Share of the characters beyond ASCII that stand where Western European accents and signs stand: one by one.

    >>> western_share("Åsa Müller 20 °C"), western_share("¶©µ¥±àºÅ")
    (1.0, 0.0)
    """
    beyond = [at for at, letter in enumerate(text) if letter > "\x7f"]
    return sum(_is_western(text, at) for at in beyond) / max(1, len(beyond))


def _is_western(text: str, at: int) -> bool:
    letter, before, after = text[at], text[at - 1 : at], text[at + 1 : at + 2]
    alone = before <= "\x7f" and after <= "\x7f"
    if letter in ACCENTED:
        inside = before.islower() and before.isascii()
        return alone and (before.isalpha() or after.isalpha()) and not (inside and letter.isupper())
    inside = before.isalpha() and after.isalpha()
    return alone and letter in SIGNS and (not inside or letter in INNER)
