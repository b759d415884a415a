"""Which names do people and companies have? Made up, in both languages; nobody real is meant."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from kpi.demo.seeded import Texts, pick

SURNAMES = "陈林周徐高王刘赵孙马黄何罗邓杨唐秦彭吴郑冯蒋沈韩曹许潘袁董叶程魏苏吕丁任姚卢傅钟姜崔谭陆汪范廖石金贾夏"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚桂英华玉萍红玲芬燕彬梅琳宇浩凯秋颖晨曦雨桐子轩欣怡思远嘉"

PLACES = [
    "江州",
    "云滨",
    "海陵",
    "青屿",
    "宁川",
    "汉桥",
    "锦城",
    "渝北",
    "龙溪",
    "石岭",
    "东港",
    "北辰",
    "南浦",
    "西山",
    "长泽",
    "平湖",
]
TRADES = ["精密", "重工", "机电", "汽车部件", "新材料", "电子", "化工", "包装", "食品机械", "轴承", "模具", "能源装备"]
WORDS = [
    "华岳",
    "启明",
    "恒川",
    "瑞拓",
    "同泽",
    "金杉",
    "博远",
    "盛科",
    "远帆",
    "立信达",
    "天衡",
    "嘉禾",
    "正和",
    "鼎峰",
    "宏图",
    "星澜",
]

FIRST_WORDS = [
    "Amber",
    "Birch",
    "Cobalt",
    "Delta",
    "Ember",
    "Fern",
    "Granite",
    "Harbor",
    "Iris",
    "Juniper",
    "Kestrel",
    "Lumen",
    "Maple",
    "Nimbus",
    "Orchard",
    "Pioneer",
    "Quarry",
    "River",
    "Summit",
    "Timber",
    "Umber",
    "Vista",
    "Willow",
    "Zephyr",
]
SECOND_WORDS = [
    "Analytics",
    "Builders",
    "Clinics",
    "Design",
    "Energy",
    "Foods",
    "Freight",
    "Health",
    "Labs",
    "Legal",
    "Logistics",
    "Media",
    "Outfitters",
    "Partners",
    "Realty",
    "Robotics",
    "Studios",
    "Supply",
    "Systems",
    "Travel",
]
LAST_WORDS = ["Inc", "LLC", "Ltd", "Group", "Co", "GmbH"]


def chinese_people(rng: Generator, size: int) -> Texts:
    """Personal names such as 周晨."""
    first = pick(rng, list(SURNAMES), [1.0] * len(SURNAMES), size)
    second = pick(rng, list(GIVEN), [1.0] * len(GIVEN), size)
    third = pick(rng, ["", *GIVEN], [len(GIVEN), *([1.0] * len(GIVEN))], size)
    return np.asarray(first + second + third, dtype=object)


def chinese_companies(rng: Generator, size: int) -> Texts:
    """Company names such as 江州启明精密有限公司; a name may come twice."""
    parts = [pick(rng, words, [1.0] * len(words), size) for words in (PLACES, WORDS, TRADES)]
    ends = pick(rng, ["有限公司", "股份有限公司", "集团"], [8, 3, 1], size)
    return np.asarray(parts[0] + parts[1] + parts[2] + ends, dtype=object)


def english_companies(rng: Generator, size: int) -> Texts:
    """Company names such as `Harbor Freight Ltd`; a name may come twice."""
    parts = [pick(rng, words, [1.0] * len(words), size) for words in (FIRST_WORDS, SECOND_WORDS, LAST_WORDS)]
    return np.asarray(parts[0] + " " + parts[1] + " " + parts[2], dtype=object)
