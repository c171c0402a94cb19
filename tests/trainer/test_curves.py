"""What the eye would notice in the figures."""

import re

from trainer.report.curves import WIDTH, Curve, draw


def test_the_best_step_s_label_stays_inside_the_figure():
    curve = Curve("evaluation", "main", [(0.0, 7.0), (15.0, 6.0), (30.0, 6.5)])
    for best, anchor in ((15.0, "start"), (30.0, "end")):
        x, side = re.search(
            r'x="([\d.]+)" y="22" style="text-anchor: (\w+)"', draw([curve], best)
        ).groups()
        assert side == anchor
        assert float(x) < WIDTH
