from curator.domain.cleaning import (
    BACKGROUND,
    ERRORS,
    GAPS,
    LOST,
    OVERALL,
    PITCH,
    SIMILARITY,
    SPEECH,
    BeforeAfter,
    CleaningComparison,
    best,
    compared,
    judged,
    mean_of,
)


def measures(**changes):
    usual = {
        SIMILARITY: BeforeAfter(0.91, 0.90),
        ERRORS: BeforeAfter(1.0, 1.0),
        SPEECH: BeforeAfter(3.4, 3.3),
        BACKGROUND: BeforeAfter(2.1, 3.6),
        OVERALL: BeforeAfter(2.0, 3.0),
        LOST: BeforeAfter(0.0, 1.0),
        GAPS: BeforeAfter(0.0, 0.0),
        PITCH: BeforeAfter(0.0, 0.0),
    }
    return usual | changes


def test_a_good_cleaning_is_offered_as_a_fact():
    verdict = judged(measures())
    assert verdict.is_accepted
    assert verdict.sentence == "background 2.1 -> 3.6, voice 0.91 -> 0.90, words unchanged"


def test_each_harm_is_refused_with_its_reason():
    harms = {
        "similarity 0.91 -> 0.85": measures(**{SIMILARITY: BeforeAfter(0.91, 0.85)}),
        "more word errors: 1 -> 2": measures(**{ERRORS: BeforeAfter(1.0, 2.0)}),
        "speech quality is lower": measures(**{SPEECH: BeforeAfter(3.4, 2.7)}),
        "40 dB in one band": measures(**{LOST: BeforeAfter(0.0, 40.0)}),
        "20% of it is lost": measures(**{GAPS: BeforeAfter(0.0, 0.2)}),
        "2.0 semitones": measures(**{PITCH: BeforeAfter(0.0, 2.0)}),
    }
    for reason, harmed in harms.items():
        (said,) = judged(harmed).refused
        assert reason in said
    assert "word errors 1 -> 2" in judged(harms["more word errors: 1 -> 2"]).sentence


def test_similarity_may_fall_by_what_is_allowed_and_errors_may_fall():
    allowed = {SIMILARITY: BeforeAfter(0.91, 0.8601), ERRORS: BeforeAfter(2.0, 1.0)}
    assert judged(measures(**allowed)).is_accepted


def test_what_could_not_be_measured_is_not_judged():
    verdict = judged({OVERALL: BeforeAfter(2.0, 3.0)})
    assert verdict.is_accepted
    assert verdict.sentence == ""
    assert mean_of(SIMILARITY, [{}]) is None


def test_refused_clips_gain_nothing_in_a_comparison():
    harmed = measures(**{ERRORS: BeforeAfter(0.0, 3.0)})
    found = compared("strong", [measures(), harmed])
    assert (found.clips, found.refused, found.gained) == (2, 0.5, 0.5)
    assert compared("nothing", []).refused == 0.0


def comparison(recipe, gained, refused=0.0, voice=0.9):
    overall = BeforeAfter(2.0, 2.0 + gained)
    return CleaningComparison(recipe, 6, refused, gained, overall, BeforeAfter(0.9, voice))


def test_the_best_recipe_gains_most_and_none_is_one_of_them():
    assert best([]) == "none"
    assert best([comparison("a", 0.1)]) == "none"
    assert best([comparison("a", 0.9, refused=0.6)]) == "none"
    assert best([comparison("a", 0.3), comparison("b", 0.8)]) == "b"
    assert best([comparison("a", 0.8, voice=0.95), comparison("b", 0.82)]) == "a"
