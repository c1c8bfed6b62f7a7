"""The page of the public tables tells of all of them or is not written."""

import json
import sys

import pytest

pytest.importorskip("pandas", reason="tables need pandas, which is not installed")
pytest.importorskip("sklearn", reason="needs the extra train")

from benchmarks import tables

FIGURES = {"rows": 99, "score": "accuracy", "ours": 0.9, "trees": 0.8, "mlp": 0.7}


@pytest.mark.parametrize("some", [("--only", "penguins"), ("--half", "held-out"), ()])
def test_a_page_tells_of_all_files(some, tmp_path, monkeypatch, capsys):
    """Of a part, no package is fetched and no page written; figures that are kept count."""
    kept, page = tmp_path / "tables.json", tmp_path / "tables.md"
    monkeypatch.setattr(sys, "argv", ["tables", "--json", str(kept), "--page", str(page), *some])
    monkeypatch.setattr(tables, "fetched", lambda _, wanted, __: pytest.fail("fetched") if wanted and some else ())
    kept.write_text(json.dumps(dict.fromkeys(tables.every_name()[:2], FIGURES)))
    with pytest.raises(SystemExit) as ended:
        tables.main()
    told = capsys.readouterr().err if some else ended.value.code
    assert ("leave out --only and --half" if some else "the packages do not hold ISLP/") in told
    assert not page.exists()

    kept.write_text(json.dumps(dict.fromkeys([*tables.every_name(), "other/file.csv"], FIGURES)))
    tables.main()
    assert f"{len(tables.every_name())} of {len(tables.every_name())} files" in page.read_text(encoding="utf-8")
