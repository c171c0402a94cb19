"""What things are, and the rules about them. Standard library only.

Glossary: every noun of the project, once, with the words we avoid for it.

recording   An imported file of sound, known by the hash of its content. (not: track, media)
span        A half-open range of samples ``[start, stop)`` of a recording. (not: segment, region)
clip        A span of a recording as people see it: facts and decisions already merged.
            (not: sample, utterance, item; a *sample* is one number of a waveform)
fact        Computed result, with the producer and version that made it. May be deleted
            and computed again. (not: result, metadata, annotation)
producer    The key and version of the stage or scorer that made a fact.
decision    What a person decided: keep or drop, text, emotion, edges. Precious, journaled,
            undoable. Wins over the fact of the same kind. (not: label, annotation)
edit        One undoable act of a person: one or many decisions of one field. (not: command, action)
finding     A rule applied to facts that says in a sentence what is wrong. (not: issue, flag)
emotion     The category of delivery a person gives to a clip: greeting, tension, neutral...
            (in text for people: category)
state       kept, dropped or undecided. A clip is *kept* or *dropped*, never accepted or deleted.
voice       The speaker this data set is about, chosen by a person. (not: target speaker)
pause group Clips of one recording with no long pause between them; they are split together.
target      The model family a set is made for, with its limits. (not: model, backend)
stage       A step that finds facts: transcribe, segment, edges, embed, delivery, score, lay_out.
delivery    How something is said, whoever says what: pitch, loudness, pace, pauses, timbre.
suggestion  A fact: the likeliest category of a clip, learned from decisions so far. (not: guess)
cleaner     What makes a recording sound cleaner, in step with it to the sample. (not: effect)
recipe      Cleaners in order with their settings, under a hash. (not: chain, preset)
guard       What refuses a cleaning that harms voice or words.
bundle      An exported folder: audio, manifest and data card. (not: dataset dump, package)
manifest    ``manifest.jsonl`` of a bundle, one clip a line; all that trainer knows of curator.
split       train or eval. (not: validation, dev, test)
query       What people type to filter clips.
"""
