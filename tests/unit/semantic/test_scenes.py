"""The scenes and their processes."""

import re

from kpi.semantic.scene import scenes

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_processes() -> None:
    """Each scene's process has its steps in order."""
    steps = {scene.id: [step.names.zh for step in scene.steps] for scene in scenes().values()}
    assert steps["b2b"] == ["客户获取", "需求挖掘", "方案制定", "跟进转化", "签约回款"]
    assert steps["b2c"] == ["流量获取", "转化成交", "复购增长", "渠道协同"]
    assert steps["saas"] == ["线索获取", "产品体验", "销售跟进", "成交签约", "客户留存"]
    assert steps["general"][:4] == ["目标设定", "过程监控", "行为引导", "结果评估"]


def test_both_languages() -> None:
    """Every name, difficulty and worth stands in English and in Chinese."""
    for scene in scenes().values():
        for names in (
            scene.names,
            *(text for step in scene.steps for text in (step.names, step.difficulty, step.worth)),
        ):
            assert names.en
            assert not CHINESE.search(names.en)
            assert CHINESE.search(names.zh)


def test_a_step_is_found_by_id() -> None:
    """A step is found by its id; an unknown one is None."""
    scene = scenes()["b2b"]
    assert scene.step("closing") is scene.steps[-1]
    assert scene.step("nowhere") is None
