"""Threads: what follow-ups are read as, small talk, corrections, languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.antecedents import antecedents, listed
from bot.conversation.followups import read_follow_up
from bot.conversation.smalltalk import small_talk
from bot.conversation.threads import Conversation
from bot.questions.languages import language_of, languages_of
from bot.questions.mentions import names_in, own_words, topic_of
from bot.records import Answer, Citation, Reading, Segment, Shown, text_hash


def quoting(question: str, *quotes: str, short: str | None = None) -> Answer:
    """Answer a question with quotes, each a document of its own."""
    citations = tuple(
        Citation(number, f"{quote}.md", quote, (), quote, 0, len(quote), text_hash(""))
        for number, quote in enumerate(quotes, start=1)
    )
    segments = tuple(Segment("quote", each.quote, each.number) for each in citations)
    return Answer(
        id=f"{question} {quotes}",
        question=question,
        reading=Reading(question, "which" if short else "what", ()),
        status="answered",
        text="".join(quotes),
        segments=segments,
        confidence=0.9,
        index="1",
        short=short,
        citations=citations,
    )


def refusing(question: str) -> Answer:
    return Answer(
        id=question,
        question=question,
        reading=Reading(question, "what", ()),
        status="abstained",
        text="no",
        segments=(Segment("template", "no"),),
        confidence=0.1,
        index="1",
        reason="none",
    )


@dataclass
class Book:
    """Answers the questions it has answers for, and refuses all others."""

    answers: Mapping[str, tuple[str, ...]]
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def __call__(  # as an asker is called
        self, question: str, *, skip: Shown = frozenset(), also: str | None = None
    ) -> Answer:
        """Answer without what was quoted."""
        self.asked.append((question, also))
        skipped = {document for document, _, _ in skip}
        quotes = [
            each
            for each in self.answers.get(question, ())
            if f"{each}.md" not in skipped
        ]
        return quoting(question, quotes[0]) if quotes else refusing(question)


FIRST = "When was JOINT2 established?"


@pytest.mark.parametrize(
    ("before", "question", "reading"),
    [
        ("Who established JOINT2?", "and when?", "When was JOINT2 established?"),
        (FIRST, "why?", "Why was JOINT2 established?"),
        (FIRST, "since when?", "Since when was JOINT2 established?"),
        (FIRST, "how so", "How was JOINT2 established?"),
        (FIRST, "Where is that?", "Where was JOINT2 established?"),
        ("Is JOINT2 in Japan?", "why?", "Why is JOINT2 in Japan?"),
        ("Tell me about JOINT2", "when?", "When JOINT2?"),
        ("How many firms does JOINT2 have?", "which?", "Which does JOINT2 have?"),
        (FIRST, "what about ORC?", "When was ORC established?"),
        (FIRST, "and ORC", "When was ORC established?"),
        (FIRST, "How about the ORC?", "When was ORC established?"),
        (FIRST, "and in Nagano?", "When was JOINT2 established in Nagano?"),
        (FIRST, "what about the cost?", "the cost (JOINT2)"),
        (FIRST, "what about why ORC joined?", "why ORC joined?"),
        ("who makes film", "what about ORC?", "ORC (film)"),
        (FIRST, "Who leads it?", "Who leads JOINT2?"),
        (FIRST, "What is its budget?", "What is JOINT2's budget?"),
        (FIRST, "and its members?", "JOINT2's members?"),
        (FIRST, "Did Resonac join it?", "Did Resonac join JOINT2?"),
        (FIRST, "Is that in Japan?", "Is JOINT2 in Japan?"),
        (FIRST, "Who works there?", "Who works JOINT2?"),
        (FIRST, "and by 2040?", "When was JOINT2 established by 2040?"),
        ("What will X1 reach by 2030?", "and by 2040?", "What will X1 reach by 2040?"),
        ("How is X1 cut with a saw?", "and with light?", "How is X1 cut with light?"),
        ("What did X1 do in 2025?", "and for 2028?", "What did X1 do in 2028?"),
        (
            "How many mounters has X1?",
            "how many of them work?",
            "how many mounters work (X1)?",
        ),
        (
            "What is the main programme of X1?",
            "Who pays for it?",
            "Who pays for the main programme of X1?",
        ),
        (
            "How is X1 film made?",
            "why did they change it?",
            "why did X1 change it (film made)?",
        ),
        ("What is warpage?", "whats its cause", "what's warpage's cause?"),
        (FIRST, "No, I meant JOINT3.", "When was JOINT3 established?"),
    ],
)
def test_an_incomplete_question_is_completed_from_the_one_before(
    before: str, question: str, reading: str
) -> None:
    found = read_follow_up(question, [refusing(before)])

    assert found.lack == "surely"
    assert found.readings[0] == reading


@pytest.mark.parametrize(
    "question",
    [
        "When did Rapidus begin?",
        "How do companies train their staff?",
        "Is it true that Rapidus is in Hokkaido?",
        "Which machine that ORC makes is the finest, and what does it cost?",
        "What does OSAT mean?",
        "How much does Rapidus cost this year?",
        "Is there a plant in Chitose?",
    ],
)
def test_a_question_that_stands_alone_lacks_nothing(question: str) -> None:
    assert read_follow_up(question, [refusing(FIRST)]).lack == "nothing"


@pytest.mark.parametrize(
    ("message", "act"),
    [
        ("more", "more"),
        ("tell me more about it", "more"),
        ("who else?", "others"),
        ("Are those the only ones?", "others"),
        ("any others?", "others"),
        ("No, the other one.", "correction"),
        ("wrong!", "correction"),
        ("that's not what I asked", "correction"),
        ("that's right", "question"),
        ("Is the other one in Japan?", "question"),
    ],
)
def test_what_a_message_does_is_recognised(message: str, act: str) -> None:
    assert read_follow_up(message, [refusing(FIRST)]).act == act


def test_an_ordinal_means_what_the_answer_listed() -> None:
    before = quoting("Steps?", "The steps:\n- **Dicing**: cuts\n- Bonding, by heat\n")

    assert listed(before) == ["Dicing", "Bonding"]
    assert read_follow_up("the second one", [before]).readings[0] == "What is Bonding?"
    assert read_follow_up("what does the first one do?", [before]).readings == (
        "what does Dicing do?",
    )
    assert read_follow_up("number 2?", [before]).readings[0] == "What is Bonding?"
    assert read_follow_up("the ninth one", [before]).readings != ("What is Bonding?",)


def test_an_ordinal_means_a_name_of_the_short_answer_or_else_a_source() -> None:
    names = quoting("Who?", "ORC and MEC joined", short="ORC and MEC")

    assert listed(names) == ["ORC", "MEC"]
    assert listed(quoting("Who?", "ORC joined")) == ["ORC joined"]


def test_which_company_makes_its_answer_the_topic() -> None:
    before = quoting("Which agency pays JOINT2?", "NEDO pays", short="NEDO")

    assert antecedents([before])[0] == "NEDO"


def test_the_topic_lasts_when_other_names_come_in_between() -> None:
    book = Book({FIRST: ("2021",), "Is JOINT2 in Japan?": ("Japan",)})
    thread = Conversation(book)
    thread.ask(FIRST)
    thread.ask("Is it in Japan?")

    thread.ask("Who leads it?")

    assert book.asked[2] == ("Who leads JOINT2?", None)


def test_the_bare_question_is_tried_first_and_left_alone_when_answered() -> None:
    book = Book({FIRST: ("2021",), "how are panels cut": ("by saw",)})
    thread = Conversation(book)
    thread.ask(FIRST)

    answer = thread.ask("how are panels cut")

    assert book.asked[1:] == [("how are panels cut", None)]
    assert not answer.reading.notes


def test_a_change_of_topic_is_not_completed() -> None:
    book = Book({FIRST: ("2021",)})
    thread = Conversation(book)
    thread.ask(FIRST)

    answer = thread.ask("When did Rapidus begin?")

    assert answer.status == "abstained"
    assert book.asked[1:] == [("When did Rapidus begin?", None)]


def test_a_fragment_takes_the_topic_along_and_says_so() -> None:
    book = Book({FIRST: ("2021",), "any awards (JOINT2)": ("three awards",)})
    thread = Conversation(book)
    thread.ask(FIRST)

    answer = thread.ask("any awards?")

    assert answer.text.startswith("Reading this as: any awards (JOINT2)")
    assert answer.question == "any awards?"


def test_what_was_added_is_said_first_and_the_answer_stays_sound() -> None:
    book = Book({FIRST: ("2021",), "Why was JOINT2 established?": ("to learn",)})
    thread = Conversation(book)
    thread.ask(FIRST)

    answer = thread.ask("why?")

    assert answer.text.startswith("Reading this as: Why was JOINT2 established?\n\n")
    assert answer.text == "".join(each.text for each in answer.segments)
    assert answer.question == "why?"
    assert answer.reading.text == "Why was JOINT2 established?"
    assert answer.reading.notes == ("Reading this as: Why was JOINT2 established?",)


def test_a_name_of_the_follow_up_has_to_be_in_the_quote() -> None:
    book = Book({FIRST: ("2021",), "When was Mars established?": ("JOINT2: 2021",)})
    thread = Conversation(book)
    thread.ask(FIRST)

    answer = thread.ask("what about Mars?")

    assert answer.status == "abstained"
    assert "Mars" in (answer.reason or "")
    assert [each.quote for each in answer.nearest] == ["JOINT2: 2021"]


def test_words_of_the_follow_up_have_to_count_where_it_has_no_name() -> None:
    book = Book({FIRST: ("2021",), "What does JOINT2 weigh?": ("JOINT2: 2021",)})
    thread = Conversation(book)
    thread.ask(FIRST)

    assert thread.ask("What does it weigh?").status == "abstained"


def test_more_quotes_what_was_not_quoted_until_nothing_is_left() -> None:
    thread = Conversation(Book({FIRST: ("2021", "in autumn")}))

    quotes = [
        [each.quote for each in thread.ask(message).citations]
        for message in (FIRST, "more", "more")
    ]

    assert quotes == [["2021"], ["in autumn"], []]
    assert "no more" in thread.turns[-1].text


def test_a_correction_gives_the_next_best_answer_and_is_logged() -> None:
    logged: list[tuple[str, str]] = []
    thread = Conversation(
        Book({FIRST: ("2021", "in autumn")}),
        corrected=lambda answer, message: logged.append((answer.text, message)),
    )
    thread.ask(FIRST)

    answer = thread.ask("no, the other one")

    assert [each.quote for each in answer.citations] == ["in autumn"]
    assert logged == [("2021", "no, the other one")]
    assert "no other answer" in thread.next().text


def test_who_else_asks_the_same_again_beyond_what_was_quoted() -> None:
    thread = Conversation(Book({FIRST: ("2021", "in autumn")}))
    thread.ask(FIRST)

    assert "in autumn" in thread.ask("what else?").text
    assert "no others" in thread.ask("any others?").text


def test_more_of_nothing_is_a_question_like_any_other() -> None:
    book = Book({})

    assert Conversation(book).more().status == "abstained"
    assert book.asked == [("more", None)]


def test_each_given_answer_is_told_and_others_are_not() -> None:
    told: list[str] = []
    thread = Conversation(
        Book({FIRST: ("2021",)}), given=lambda answer: told.append(answer.question)
    )

    for each in (FIRST, "hello", "why?"):
        thread.ask(each)

    assert told == [FIRST, "why?"]


def test_a_branch_leaves_its_thread_alone() -> None:
    thread = Conversation(Book({FIRST: ("2021",)}))
    thread.ask(FIRST)

    thread.branch().ask("why?")

    assert [each.question for each in thread.turns] == [FIRST]


def test_a_thread_remembers_a_bounded_number_of_turns() -> None:
    thread = Conversation(Book({}))
    for number in range(80):
        thread.ask(f"What is part {number}?")

    assert len(thread.turns) == 50
    thread.reset()
    assert thread.turns == []


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Hi!", "greeting"),
        ("good morning, bot", "greeting"),
        ("Thanks a lot :)", "thanks"),
        ("ok great thank you", "thanks"),
        ("What can you do?", "abilities"),
        ("help", "abilities"),
        ("bye", "goodbye"),
        ("hi, when was JOINT2 established?", None),
        ("thanks, and when?", None),
        ("What can you do with an interposer?", None),
        ("help " * 40, None),
    ],
)
def test_small_talk_is_recognised_as_a_whole_message(
    message: str, kind: str | None
) -> None:
    assert small_talk(message) == kind


@pytest.mark.parametrize("message", ["hello", "thanks!", "what can you do?", "bye"])
def test_small_talk_is_answered_fittingly_and_is_no_turn(message: str) -> None:
    book = Book({})
    thread = Conversation(book)

    answer = thread.ask(message)

    assert answer.text.strip()
    assert answer.reading.type == small_talk(message)
    assert not answer.citations
    assert not book.asked
    assert not thread.turns


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wann wurde JOINT2 gegründet?", "German"),
        ("wer leitet JOINT2?", "German"),
        ("Qui dirige JOINT2 ?", "French"),
        ("¿Cuándo se fundó JOINT2?", "Spanish"),
        ("JOINT2はいつ設立されましたか", "Japanese"),
        ("JOINT2 成立于哪一年", "Chinese"),
        ("Когда был основан консорциум?", "Russian or another language in Cyrillic"),
        ("When was JOINT2 established?", "English"),
        ("JOINT2 members", None),
        ("2021", None),
    ],
)
def test_a_language_is_told_by_its_script_and_small_words(
    text: str, language: str | None
) -> None:
    assert language_of(text) == language


def test_languages_of_texts_are_named_the_commonest_first() -> None:
    texts = ["This is the first.", "Das ist der zweite.", "It is the third.", "4"]

    assert languages_of(texts) == ("English", "German")


def test_a_question_in_another_language_is_told_what_the_documents_speak() -> None:
    thread = Conversation(Book({}), languages=lambda: ("English",))

    german = thread.ask("Wann wurde JOINT2 gegründet?")
    english = thread.ask("When was it founded?")

    assert "German" in german.text
    assert "in English" in german.text
    assert "English" not in english.text


def test_names_are_found_by_how_they_are_written() -> None:
    found = [each.text for each in names_in("did Shinko Electric, ORC or TSMC win?")]

    assert found == ["Shinko Electric", "ORC", "TSMC"]
    assert topic_of("who makes thin film") == "thin film"
    assert [each.text for each in own_words("What are those?")] == []


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_message_breaks_a_thread(first: str, second: str) -> None:
    thread = Conversation(Book({}))
    for message in (first, second, "and when?", "the second one", "no"):
        answer = thread.ask(message)
        assert answer.text == "".join(each.text for each in answer.segments)


@given(st.text(max_size=200))
def test_every_name_is_a_slice_of_its_text(text: str) -> None:
    for each in names_in(text):
        assert text[each.start : each.end] == each.text


def test_what_was_meant_is_asked_instead_and_the_correction_logged() -> None:
    logged: list[str] = []
    thread = Conversation(
        Book({FIRST: ("2021",), "When was JOINT3 established?": ("JOINT3: 2025",)}),
        corrected=lambda _, message: logged.append(message),
    )
    thread.ask(FIRST)

    answer = thread.ask("no, I meant JOINT3")

    assert [each.quote for each in answer.citations] == ["JOINT3: 2025"]
    assert logged == ["no, I meant JOINT3"]


def test_of_two_readings_as_likely_the_surer_answer_is_given() -> None:
    book = Book({FIRST: ("2021",), "When was orc established?": ("orc: 1968",)})
    thread = Conversation(book)
    thread.ask(FIRST)

    answer = thread.ask("and orc?")

    assert answer.reading.text == "When was orc established?"
    assert {each for each, _ in book.asked[1:]} == {
        "orc (JOINT2)",
        "When was orc established?",
    }


def test_the_passages_of_the_thread_are_looked_at_before_words_are_added() -> None:
    def ask(
        question: str, *, skip: Shown = frozenset(), also: str | None = None
    ) -> Answer:
        assert not skip
        return quoting(question, "found") if also else refusing(question)

    thread = Conversation(ask, turns=[refusing(FIRST)])

    answer = thread.ask("how are panels cut and stacked")

    assert answer.status == "answered"
    assert not answer.reading.notes


def test_he_is_only_the_person_who_was_the_answer() -> None:
    before = quoting("Who leads LSTC?", "Tetsuro Higashi", short="Tetsuro Higashi")

    assert antecedents([before], person=True) == ("Tetsuro Higashi",)
    assert antecedents([refusing("Who leads LSTC?")], person=True) == ()
    found = read_follow_up("how old is he?", [refusing("Who leads LSTC?")])
    assert "LSTC" not in found.readings[:1]
