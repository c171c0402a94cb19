"""What the eye would notice in the figures."""

import re

from trainer.report.curves import WIDTH, Curve, Level, draw


def test_the_best_step_s_label_stays_inside_the_figure():
    curve = Curve("evaluation", "main", [(0.0, 7.0), (15.0, 6.0), (30.0, 6.5)])
    for best, anchor in ((15.0, "start"), (30.0, "end")):
        x, side = re.search(
            r'x="([\d.]+)" y="22" style="text-anchor: (\w+)"', draw([curve], best)
        ).groups()
        assert side == anchor
        assert float(x) < WIDTH


def test_the_names_of_two_levels_that_are_close_stand_side_by_side():
    curve = Curve("evaluation", "main", [(0.0, 7.0), (30.0, 5.5)])
    figure = draw([curve], 30.0, [Level("chance", 6.95), Level("step 0", 7.0)])
    chance, first = (
        float(re.search(rf'x="([\d.]+)" y="[\d.]+">{name}', figure).group(1))
        for name in ("chance", "step 0")
    )
    assert chance - 60 > first


def test_the_names_of_a_level_and_of_the_best_step_do_not_meet():
    curve = Curve("evaluation", "main", [(0.0, 7.0), (15.0, 6.0), (30.0, 5.5)])
    for best in (15.0, 30.0):
        figure = draw([curve], best, [Level("chance", 7.0)])
        named = float(re.search(r'x="([\d.]+)" y="[\d.]+">chance', figure).group(1))
        at, side = re.search(r'x="([\d.]+)" y="22" style="text-anchor: (\w+)"', figure).groups()
        label = (float(at) - 80, float(at)) if side == "end" else (float(at), float(at) + 80)
        assert named < label[0] or named - 45 > label[1]
