"""Every network that the common tests are run against: one line each."""

from typing import Final

from tests.stands.max import MaxStand
from tests.stands.meta import MetaStand
from tests.stands.ok import OkStand
from tests.stands.stand import Stand
from tests.stands.telegram import TelegramStand
from tests.stands.toy import ToyStand
from tests.stands.vk import VkStand

STANDS: Final[tuple[type[Stand], ...]] = (
    VkStand,
    MaxStand,
    MetaStand,
    OkStand,
    TelegramStand,
    ToyStand,
)
