"""Twenty spoken sentences of a language through both programs."""

import shutil
import subprocess

import pytest
import soundfile

from curator.cli.arguments import run as curator
from trainer.cli.parser import main as trainer
from trainer.evaluate.results import read_results
from trainer.runs.events import of_kind, read_events

pytestmark = [pytest.mark.slow, pytest.mark.model, pytest.mark.timeout(900)]

SPOKEN = {
    "vi": (
        "Xin chào các bạn, hôm nay trời rất đẹp.",
        "Tiếng Việt có sáu thanh điệu khác nhau.",
        "Ngã, hỏi, sắc, huyền, nặng và ngang.",
        "Chúng ta hãy bắt đầu trò chơi nhé!",
        "Bạn đã ăn cơm chưa?",
        "Nghệ thuật ở đây thật kỳ diệu.",
        "Tôi thích uống cà phê sữa đá.",
        "Con mèo nằm ngủ trên ghế.",
        "Đường phố Hà Nội đông xe cộ.",
        "Mẹ tôi nấu phở rất ngon.",
        "Cảm ơn mọi người đã ủng hộ kênh.",
        "Trận đấu này khó quá, thua mất rồi!",
        "Đừng quên đăng ký và bấm chuông.",
        "Ngày mai chúng ta sẽ đi biển.",
        "Quyển sách này kể chuyện cổ tích.",
        "Anh ấy chạy nhanh như gió.",
        "Mưa rơi suốt cả đêm qua.",
        "Em bé cười khúc khích.",
        "Giữ vững tinh thần, sắp thắng rồi.",
        "Hẹn gặp lại các bạn vào tuần sau.",
    ),
    "hu": (
        "Jó estét kívánok mindenkinek!",
        "Árvíztűrő tükörfúrógép.",
        "Melyik folyó szeli át Budapestet?",
        "A válasz sajnos helytelen.",
        "Gratulálok, ez tökéletes megoldás!",
        "Öt szép szűzlány őrült írót nyúz.",
        "Következik a második kérdés.",
        "Mennyi időnk maradt még?",
        "Tíz másodperc van hátra.",
        "Ön szerint ki írta a Himnuszt?",
        "Köszönjük, hogy velünk tartottak.",
        "A győztes értékes ajándékot kap.",
        "Gondolkodjon csak nyugodtan.",
        "Ez bizony nagyon közel volt.",
        "Lássuk a mai játékosainkat!",
        "Szeretném megkérdezni a közönséget.",
        "Hűvös szél fúj a Duna felől.",
        "Egy újabb forduló kezdődik.",
        "Biztos benne, hogy ez a válasza?",
        "Viszontlátásra, jövő héten találkozunk!",
    ),
}
TARGETS = {"xtts": "xtts_v2", "chatterbox": "chatterbox"}
TINY = (
    "model.layers=2",
    "model.width=64",
    "model.heads=2",
    "sched.total_steps=10",
    "eval.every_steps=10",
    "ckpt.every_steps=10",
)
SENTENCE = """
language = "{language}"
seeds = [0]
[[sentence]]
id = "short"
text = "{text}"
kind = "short"
"""


@pytest.fixture(scope="module", params=SPOKEN)
def recorded(request, tmp_path_factory):
    """(language, folder with a list of the sentences and their recordings)."""
    if not shutil.which("espeak-ng"):
        pytest.skip("espeak-ng is not installed")
    language, folder = request.param, tmp_path_factory.mktemp("spoken")
    lines = []
    for number, text in enumerate(SPOKEN[language]):
        name = f"{number:02}.wav"
        command = ["espeak-ng", "-v", language, "-s", "140", "-w", str(folder / name), text]
        subprocess.run(command, check=True)
        lines.append(f"{name}|{text}")
    (folder / "metadata.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return language, folder


@pytest.mark.parametrize("family", TARGETS)
def test_twenty_of_twenty_are_used_trained_evaluated_and_spoken(recorded, family, tmp_path, capsys):
    language, folder = recorded

    def said(program, *words):
        capsys.readouterr()
        assert program([str(word) for word in words]) == 0
        return capsys.readouterr().out

    project, bundle, run = (tmp_path / name for name in ("show.curator", "bundle", "run"))
    said(curator, "new", project, "--language", language, "--target", TARGETS[family])
    said(curator, "merge", project, folder / "metadata.csv")
    assert "The trainer will use 20 of 20 kept clips." in said(curator, "check", project)
    said(curator, "export", project, bundle)
    assert "20 of 20 clips are usable" in said(trainer, "check", bundle)
    changes = (*TINY, f"model.backend={family}")
    settings = ["--preset", "tiny-cpu", *(word for each in changes for word in ("--set", each))]
    said(trainer, "prepare", bundle, *settings)
    said(trainer, "train", bundle, run, *settings)
    (started,) = of_kind(read_events(run), "started")
    assert started["clips"]["train"] + started["clips"]["eval"] == 20
    assert [event["step"] for event in of_kind(read_events(run), "step")][-1] == 10
    sentences = tmp_path / "sentences.toml"
    text = SPOKEN[language][3]
    sentences.write_text(SENTENCE.format(language=language, text=text), encoding="utf-8")
    said(trainer, "evaluate", run, "--sentences", sentences)
    rows = read_results(run).rows
    assert rows
    assert all(row["fault"] is None and row["seconds"] > 0 for row in rows)
    out = tmp_path / "said.wav"
    said(trainer, "speak", run, "--text", text, "--language", language, "--out", out)
    assert soundfile.info(out).frames > 0
