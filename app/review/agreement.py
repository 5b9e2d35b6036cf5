"""How far machine and people agree beyond chance; pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often two gave the same verdict on the same texts: first the machine's verdict, then the person's."""

    keep_keep: int = 0
    keep_remove: int = 0
    remove_keep: int = 0
    remove_remove: int = 0

    @property
    def texts(self) -> int:
        """How many texts both have judged."""
        return self.keep_keep + self.keep_remove + self.remove_keep + self.remove_remove

    @property
    def share(self) -> float | None:
        """The share of texts with the same verdict; None where there are no texts."""
        return (self.keep_keep + self.remove_remove) / self.texts if self.texts else None

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa: 1 = always the same, 0 = no more often than by chance.

        None where there are no texts, or where both say the same about all of them: then chance alone explains it.
        """
        if not self.texts:
            return None
        machine = (self.keep_keep + self.keep_remove) / self.texts
        person = (self.keep_keep + self.remove_keep) / self.texts
        by_chance = machine * person + (1 - machine) * (1 - person)
        if by_chance == 1:
            return None
        return ((self.keep_keep + self.remove_remove) / self.texts - by_chance) / (1 - by_chance)
