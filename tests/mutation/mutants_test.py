"""The mutation trial on a sample whose mutants are known: which are made, and which verdict each gets."""

import sys
import tempfile
import unittest
from pathlib import Path

import equivalent
import layers
import mutants
import trial

SAMPLE = '''// a < b && c: a comment
#define LARGER(a, b) ((a) > (b))
#include <vector>
static_assert(sizeof(int) == 4 && true);
enum class kind { none = 0, some = 1 };
template <int N>
constexpr int table[] = {
    1, 2, 3,
    {"a row", {0, 96}, 3},
};
int f(const std::vector<int>& of, int&& most) {
  char text[16];
  of.reserve(of.size() + 1);
  invariant(most >= 0, "never");
  if (of.size() < 10 && !of.empty()) return "a < b"[1];
  for (int i = 0; i < 7; ++i) most += std::min(i, 'a' == 1);
  most = 1'000;
  note(most);
  text = "most " + name(most) + ".";
  return most - 0x10 >= 5 || false;
}
'''
CHANGES = '''
15: < becomes <=
15: < becomes >=
15: 10 becomes 11
15: 10 becomes 9
15: && becomes ||
15: ! becomes nothing
15: 1 becomes 0
15: 1 becomes 2
16: 0 becomes 1
16: < becomes <=
16: < becomes >=
16: 7 becomes 6
16: 7 becomes 8
16: ++ becomes --
16: += becomes -=
16: std::min becomes std::max
16: == becomes !=
16: 1 becomes 0
16: 1 becomes 2
17: 1'000 becomes 1001
17: 1'000 becomes 999
20: - becomes +
20: >= becomes <
20: >= becomes >
20: 5 becomes 4
20: 5 becomes 6
20: || becomes &&
20: false becomes true
'''.strip().split("\n")

JUDGED = '''#include <string>
int half(int of, int most) {
  const int kept = of + 0;
  if (kept > most) return most;
  for (unsigned i = 3; i > 0; i -= 1) of = most;
  std::string text = std::to_string(kept) + std::to_string(most);
  return kept / 2;
}
#include <vector>
int twice_of(int at) {
  const std::vector<int> twice = {0, 2, 4};
  int found = 0;
  for (int i = 0; i < 3; ++i) found += twice[i] * (i == at);
  return found;
}
'''
JUDGE = '''#include <cstdio>
int half(int of, int most);
int twice_of(int at);
int main() {
  if (twice_of(2) == 4 && half(8, 9) == 4 && half(10, 9) == 9 && half(1500, 2000) == 750) return 0;
  std::puts("judge.cpp(4): error: in \\"half\\": wrong");
  std::fflush(stdout);
  for (;;) {
  }
}
'''


class mutants_test(unittest.TestCase):
    def test_every_operator_and_constant_is_changed_and_nothing_else(self):
        made = mutants.mutants_of("sample.cpp", SAMPLE)
        self.assertEqual([f"{one.line}: {one.change}" for one in made], CHANGES)

    def test_whole_statements_are_left_out_when_asked(self):
        made = set(mutants.mutants_of("sample.cpp", SAMPLE, statements=True)) - set(mutants.mutants_of("sample.cpp", SAMPLE))
        self.assertEqual({(one.line, one.old) for one in made}, {
            (17, "most = 1'000;"), (18, "note(most);"), (19, 'text = "most " + name(most) + ".";')})

    def test_a_mutant_differs_in_its_one_place(self):
        [one] = [one for one in mutants.mutants_of("s.cpp", "a = b == c || d == e;\n") if one.old == "==" and one.nth == 2]
        self.assertEqual(one.change, "== becomes !=, place 2")
        self.assertEqual(one.applied_to("a = b == c || d == e;\n"), "a = b == c || d != e;\n")

    def test_equivalent_mutants_name_lines_that_are_there(self):
        """An entry whose line has changed would let a mutant through that has not been looked at, or hide nothing."""
        for file, source, change in equivalent.load():
            found = mutants.mutants_of(file, (trial.ROOT / file).read_text(), statements=True)
            self.assertIn((file, source, change), {equivalent.key(one) for one in found}, "this entry of equivalent.txt is stale")

    def test_an_entry_of_equivalents_is_four_lines(self):
        known = equivalent.read("# why\n\na.cpp\n  x < y\n  < becomes <=\n  They are never equal.\n")
        self.assertEqual(known, {("a.cpp", "x < y", "< becomes <="): "They are never equal."})
        with self.assertRaises(SystemExit):
            equivalent.read("a.cpp\n  x < y\n  < becomes <=\n")


class verdicts_test(unittest.TestCase):
    def test_two_trials_in_one_tree_share_no_folder(self):
        """The second one's mutant was linked into the first one's program, and each removed what the other needed."""
        kept = layers.TREE
        with tempfile.TemporaryDirectory() as name:
            layers.TREE = Path(name)
            try:
                one, other = trial.scratch(0), trial.scratch(0)
                other.remove()
                self.assertTrue(one.folder.is_dir())
                one.remove()
            finally:
                layers.TREE = kept

    def test_mutants_are_killed_survive_or_do_not_compile(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "half.cpp").write_text(JUDGED)
            (folder / "judge.cpp").write_text(JUDGE)
            for file in ("half", "judge"):
                self.assertEqual(trial.subprocess.run(["g++", "-c", f"{file}.cpp", "-o", f"{file}.o"], cwd=folder).returncode, 0)
            trial.subprocess.run(["ar", "rc", "libhalf.a", "half.o"], cwd=folder, check=True)
            trial.ROOT, layers.TREE, layers.CPU_S = folder, folder, 1
            suite = layers.step("judge", "judge", [layers.PROGRAM])
            layer = layers.layer("half", {"half.cpp": ["g++", "-c", str(folder / "half.cpp"), "-o", "half.o"]},
                                 {"judge": ["g++", "judge.o", "libhalf.a"]}, [suite], {"judge": "."})
            place = trial.scratch("test")
            try:
                verdicts = {f"{one.line}: {one.change}": trial.verdict_on(one, layer, place)[0]
                            for one in mutants.mutants_of("half.cpp", JUDGED)
                            if one.line < 9 and (one.line != 5 or one.old == ">") or one.line == 13 and one.old == "<"}
            finally:
                place.remove()
        self.assertEqual(verdicts, {
            "3: + becomes -": "survived",
            "3: 0 becomes 1": "survived",
            "4: > becomes <=": "failed",
            "4: > becomes >=": "survived",
            "5: > becomes <=": "survived",
            "5: > becomes >=": "hung",
            "6: + becomes -": "not compiled",
            "7: / becomes *": "failed",
            "7: 2 becomes 1": "failed",
            "7: 2 becomes 3": "failed",
            "13: < becomes <=": "failed",  # by an assertion of the library alone
            "13: < becomes >=": "failed",
        })


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main()
