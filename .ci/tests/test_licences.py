"""Tests of `.ci/licences`, on made-up expressions and packages."""

import importlib.machinery
import importlib.util
import pathlib
import tempfile
import unittest

PATH = pathlib.Path(__file__).resolve().parent.parent / "licences"
LOADER = importlib.machinery.SourceFileLoader("licences", str(PATH))
licences = importlib.util.module_from_spec(importlib.util.spec_from_loader("licences", LOADER))
LOADER.exec_module(licences)


def package(home, name, licence="MIT", text=None):
    folder = home / name
    folder.mkdir()
    if text is not None:
        (folder / "LICENSE").write_text(text)
    return {"name": name, "version": "1.0.0", "license": licence, "license_file": None, "repository": None, "manifest_path": str(folder / "Cargo.toml")}


class Licences(unittest.TestCase):
    def test_an_expression_is_allowed_if_some_choice_of_it_is(self):
        for expression in ["MIT", "MIT/Apache-2.0", "GPL-3.0 OR MIT", "(MIT OR GPL-3.0) AND Unicode-3.0", "Apache-2.0 WITH LLVM-exception OR GPL-3.0", "GPL-3.0 AND MIT OR MIT"]:
            self.assertTrue(licences.allowed(expression), expression)

    def test_an_expression_that_asks_for_more_or_cannot_be_read_is_not_allowed(self):
        for expression in [None, "", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR Apache-2.0", "MIT)", "MIT WITH", "MIT WITH Some-exception", "MIT Apache-2.0", "OR MIT"]:
            self.assertFalse(licences.allowed(expression), expression)

    def test_a_package_without_text_or_with_another_licence_is_named(self):
        with tempfile.TemporaryDirectory() as home:
            home = pathlib.Path(home)
            packages = [package(home, "fine", text="one"), package(home, "bare"), package(home, "other", "GPL-3.0", "two")]
            problems = []
            licences.render(packages, problems)
        self.assertEqual(problems, ["bare 1.0.0: no text of its licence 'MIT'", "other 1.0.0: licence 'GPL-3.0' is not in ALLOWED"])

    def test_texts_that_differ_in_line_breaks_alone_are_given_once(self):
        with tempfile.TemporaryDirectory() as home:
            home = pathlib.Path(home)
            packages = [package(home, "a", text="some words\nof it"), package(home, "b", text="some  words of\r\nit\n"), package(home, "c", text="another")]
            text = licences.render(packages, [])
        self.assertEqual(text.count("some words"), 1)
        self.assertIn("a 1.0.0 | MIT | - | 1\nb 1.0.0 | MIT | - | 1\nc 1.0.0 | MIT | - | 2", text)


if __name__ == "__main__":
    unittest.main()
