"""Small language models as text, in the format of ARPA."""

from __future__ import annotations

from collections.abc import Mapping


def arpa(
    words: Mapping[str, float],
    pairs: Mapping[str, float],
    back_off: Mapping[str, float] | None = None,
    end: float = -1.0,
) -> str:
    """Write a model of single words and pairs; all scores are base-10 logarithms.

    Args:
        words: Score of each word; that of an unknown one is -1.
        pairs: Score of each pair, parted by a space.
        back_off: Of words, 0 for one not named.
        end: Score of the end of a sentence.
    """
    singles = "".join(f"{score}\t{word}\t{(back_off or {}).get(word, 0)}\n" for word, score in words.items())
    doubles = "".join(f"{score}\t{pair}\n" for pair, score in pairs.items())
    return (
        f"\\data\\\nngram 1={len(words) + 3}\nngram 2={len(pairs)}\n\n"
        f"\\1-grams:\n-1\t<unk>\n-99\t<s>\t0\n{end}\t</s>\n{singles}\n"
        f"\\2-grams:\n{doubles}\n\\end\\\n"
    )


AH_BEE = arpa({"ah": -0.6, "bee": -0.7}, {"ah bee": -0.1}, {"ah": -0.2}, end=-0.5)
"""Two words, of which the second often follows the first."""
