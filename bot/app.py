"""The one place that chooses the parts and joins them: Config becomes a Bot."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable
from pathlib import Path

from bot import config as configuration
from bot.asking import Bot
from bot.calibration.certificates import read_certificate, warning
from bot.calibration.probability import read_calibration
from bot.calibration.shipped import shipped_certificate
from bot.config import Config
from bot.opening import Opened, begin
from bot.receipts.log import Notice, ReceiptLog
from bot.retrieval.reranking import Reranker
from bot.wording import Templates

__all__ = ["Bot", "configure", "join", "open_bot", "open_reranker"]

configure = configuration.configure  # for Python programs, beside open_bot

_LOG = logging.getLogger("bot")


def open_bot(
    corpus: str | Path | None = None,
    index: str | Path | None = None,
    *,
    config: Config | Path | None = None,
    on_missing: Callable[[Config], object] | None = None,
    notice: Notice = _LOG.warning,
    receipts: bool = True,
) -> Bot:
    """Open the bot on an index, and build the index first where there is none.

    Args:
        corpus: folder of documents; only read when the index has to be built.
        index: folder of the index.
        config: settings, or the path of a bot.toml.
        on_missing: builds the index when there is none; by default quietly.
        notice: told what does not stop the bot: an outdated certificate, a receipt
            that could not be kept.
        receipts: False keeps none, whatever the settings say; for measuring.

    Raises:
        BotError: a setting, the corpus or the index cannot be used.
    """
    opened = begin(configure(corpus, index, config), on_missing)
    return join(opened, notice=notice, receipts=receipts)


def join(
    opened: Opened, *, notice: Notice = _LOG.warning, receipts: bool = True
) -> Bot:
    """Join a bot from what `bot.opening.begin` has opened, which is closed on failure.

    Args:
        opened: the index and the models.
        notice: as for `open_bot`.
        receipts: the same.

    Raises:
        BotError: a setting or a file beside the index cannot be used.
    """
    try:
        return _calibrated(opened, notice, receipts=receipts)
    except BaseException:
        opened.reader.close()
        raise


def _calibrated(opened: Opened, notice: Notice, *, receipts: bool) -> Bot:
    reader, config = opened.reader, opened.config
    calibration = read_calibration(config.probability_path)
    own = read_certificate(config.certificate_path)
    certificate = own or shipped_certificate(reader, config, calibration)
    settings = certificate.apply(config) if certificate else config
    bot = Bot(
        reader,
        settings,
        calibration,
        opened.scorer,
        templates=Templates.read(settings.templates_path),
        reranker=open_reranker(settings, notice),
    )
    if own and settings.answers.threshold == own.threshold:
        changes = list(own.changes(reader.fingerprint, bot.settings, calibration))
        if changes:
            notice(warning(own, changes))
    if not receipts or not config.receipts.enabled:
        return bot
    return dataclasses.replace(bot, log=ReceiptLog(settings, bot.settings, notice))


def open_reranker(config: Config, notice: Notice = _LOG.info) -> Reranker | None:
    """Open the model that reads passages again; None when none is configured.

    A model that was not used before is converted first, in some ten seconds.

    Args:
        config: names it.
        notice: told when it has to be converted.

    Raises:
        EncoderError: it cannot be used.
        IndexWriteError: there is no place to keep its conversion.
    """
    folder = config.reranker_path
    if folder is None:
        return None

    from bot.cross_encoders.opening import open_model  # noqa: PLC0415 - seldom used

    def tell() -> None:
        notice(f"Converting the reranker {folder}, once.")

    model = open_model(folder, config.models_path, tell)
    return Reranker(model.name, model.scorer, config.retrieval.rerank)
