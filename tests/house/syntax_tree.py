# SPDX-License-Identifier: Apache-2.0
"""Reads Clang's syntax tree of instantiate_all.cpp, every template instantiated, for two rules no
regular expression can hold: no product feeds an addition, and no Eigen arithmetic. It also finds what
the library offers and instantiate_all.cpp does not use, so that other checks look at everything."""

import pathlib
import re
import sys
import tempfile

import toolchain

LINE = re.compile(r"^(?P<indent>[| `-]*)(?P<kind>[A-Z]\w*) 0x[0-9a-f]+(?: (?:parent|prev) 0x[0-9a-f]+)* "
                  r"(?P<rest><.*)$")
LOCATION = re.compile(r"(?:line|(?P<file><scratch space>|[^\s<>,:]+)):(?P<line>\d+):\d+|col:\d+|"
                      r"<invalid sloc>")
TYPE = re.compile(r"'((?:[^'\\]|\\.)*)'(?::'((?:[^'\\]|\\.)*)')?")

FUNCTIONS = {"FunctionDecl", "CXXMethodDecl", "CXXConstructorDecl", "CXXConversionDecl"}
TRANSPARENT = {"ParenExpr", "ImplicitCastExpr", "CStyleCastExpr", "CXXStaticCastExpr",
               "CXXFunctionalCastExpr", "ExprWithCleanups", "MaterializeTemporaryExpr",
               "SubstNonTypeTemplateParmExpr", "ConstantExpr"}
EIGEN_EXPRESSION = re.compile(r"Eigen::(?:internal::)?(Cwise\w+|Product|Transpose|Block|Diagonal|"
                              r"PartialRedux\w*|Solve|Inverse|LLT|LDLT|HouseholderQR|\w*LU|Replicate|"
                              r"Reverse|Select|VectorBlock|NoAlias|ArrayWrapper)\b")


class Node:
    __slots__ = ("kind", "rest", "file", "line", "children")

    def __init__(self, kind, rest, file, line):
        self.kind, self.rest, self.file, self.line, self.children = kind, rest, file, line, []

    def type(self):
        """The type of an expression with its aliases resolved."""
        found = TYPE.search(self.rest)
        return (found.group(2) or found.group(1)) if found else ""

    def operator(self):
        """The spelling of a unary or binary operator."""
        return re.sub(r" Compute\w+Ty=.*", "", self.rest).rsplit("'", 2)[-2]


def read(dump):
    """The trees in Clang's dump. It names a file or line only where it differs from the last one named."""
    roots, path, file, line = [], [], "", 0
    for text in dump.splitlines():
        found = LINE.match(text)
        if not found:
            if text.startswith("Dumping "):
                path = []
            continue
        rest = found.group("rest")
        depth = len(found.group("indent")) // 2
        # <begin, end> and, of a declaration, where its name stands: the last is where we say it is.
        at, places = 1, []
        while place := LOCATION.match(rest, at):
            if place.group("line"):
                file, line = place.group("file") or file, int(place.group("line"))
            places.append((file, line))
            at = place.end() + 2
            if rest[place.end():at] not in (", ", "> "):
                break
        is_declaration = found.group("kind").endswith("Decl")
        where = (places[-1] if is_declaration else places[0]) if places else (file, line)
        node = Node(found.group("kind"), rest, *where)
        del path[depth:]
        (path[-1].children if path else roots).append(node)
        path.append(node)
    return roots


def walk(nodes):
    todo = list(nodes)
    while todo:
        node = todo.pop()
        yield node
        todo.extend(node.children)


def is_floating(node):
    """Of a number or a vector of numbers, not a pointer to them."""
    name = node.type()
    return re.search(r"\b(float|double)\b", name) is not None and re.search(r"[*&\]>)]$", name) is None


def is_product(node):
    while node.kind in TRANSPARENT and node.children or \
            node.kind == "UnaryOperator" and node.operator() in "+-":
        node = node.children[-1]
    return node.kind == "BinaryOperator" and node.operator() == "*" and is_floating(node)


def products_in_sums(roots):
    for node in walk(roots):
        if node.kind in ("BinaryOperator", "CompoundAssignOperator") and \
                node.operator() in ("+", "-", "+=", "-=") and is_floating(node):
            if any(is_product(child) for child in node.children):
                yield f"{node.file}:{node.line}: a product feeds an addition: write fma"


def eigen_expressions(roots):
    for node in walk(roots):
        found = EIGEN_EXPRESSION.search(node.rest)
        if found:
            yield f"{node.file}:{node.line}: Eigen computes ({found.group()}): Eigen holds, idem computes"


def functions(node, is_pattern, is_template, found):
    """Adds (function, is_pattern, is_template) for every function declared in `node`, not in bodies."""
    first_of_template = node.kind == "FunctionTemplateDecl"
    for child in node.children:
        if child.kind in FUNCTIONS:
            pattern = is_pattern or first_of_template
            found.append((child, pattern, is_template or node.kind == "FunctionTemplateDecl"))
            first_of_template = False
        elif child.kind in ("NamespaceDecl", "FunctionTemplateDecl", "ClassTemplateDecl", "LinkageSpecDecl"):
            functions(child, is_pattern, is_template, found)
        elif child.kind == "ClassTemplateSpecializationDecl":
            functions(child, False, True, found)
        elif child.kind == "ClassTemplatePartialSpecializationDecl":
            functions(child, True, True, found)
        elif child.kind == "CXXRecordDecl":
            in_template = node.kind == "ClassTemplateDecl"
            functions(child, is_pattern or in_template, is_template or in_template, found)


def name_of(function):
    if function.kind in ("CXXConstructorDecl", "CXXConversionDecl"):
        return "a constructor or conversion"
    return function.rest.split(" '", 1)[0].split(" ")[-1]


def offered_and_compiled(roots):
    """The functions with a body in include/, and those with a body after instantiation that are used."""
    declared = []
    for root in roots:
        functions(root, False, False, declared)
    offered, compiled = set(), set()
    for function, is_pattern, is_template in declared:
        has_body = any(child.kind == "CompoundStmt" for child in function.children)
        if not has_body or re.search(r"> \S+ implicit ", function.rest):
            continue
        key = (function.file, function.line, name_of(function))
        if function.file.startswith(str(toolchain.INCLUDE)):
            offered.add(key)
        if not is_pattern and (is_template or re.search(r" (used|referenced) ", function.rest)):
            compiled.add(key)
    return offered, compiled


def dump(source, flags):
    compiler = next((c for c in toolchain.COMPILERS if toolchain.is_clang(c)), "clang++")
    done = toolchain.run([compiler, *toolchain.STANDARD, "-fsyntax-only", *flags, *toolchain.includes(),
                          "-fno-color-diagnostics", "-Xclang", "-ast-dump", "-Xclang",
                          "-ast-dump-filter=idem", source])
    if done.returncode != 0:
        sys.exit("\n".join(line for line in done.stdout.splitlines() if " error: " in line))
    return read(done.stdout)


# A guard that never barked may be asleep: each line must be found, by the rule it stands under.
PLANTED = r"""
#include <idem/idem.hpp>
namespace idem::inline IDEM_TARGET {
template <Real R> R planted(R a, R b, R c, R* p, typename Lanes<R>::Vector v, Index i) {
  c = a * b + c;
  c = c - (a * b);
  c += a * b;
  c = -(a * b) + c;
  v = v + v * v;
  p[i * 2 + 1] = *(p + i * 3);
  c = a * (b + c);
  return a + fma(a, b, c);
}
template float planted(float, float, float, float*, typename Lanes<float>::Vector, Index);
inline void planted_eigen(Vec<float, 3>& a, const Vec<float, 3>& b) { a = a + b; }
}
"""


def main():
    toolchain.require_compilers()
    failures, offered, compiled = [], set(), set()
    with tempfile.TemporaryDirectory() as folder:
        planted = pathlib.Path(folder) / "planted.cpp"
        planted.write_text(PLANTED)
        roots = dump(planted, toolchain.lanes()[-1].flags)
        lines = {int(text.split(":")[1]) for text in products_in_sums(roots) if "planted.cpp" in text}
        if lines != {5, 6, 7, 8, 9}:
            failures.append(f"of the planted products, those in lines {sorted(lines)} were found")
        if not any("planted.cpp:15" in text for text in eigen_expressions(roots)):
            failures.append("the planted Eigen expression was not found")
    for lanes in toolchain.lanes():
        roots = dump(pathlib.Path(__file__).with_name("instantiate_all.cpp"), lanes.flags)
        failures += sorted({*products_in_sums(roots), *eigen_expressions(roots)})
        here = offered_and_compiled(roots)
        offered |= here[0]
        compiled |= here[1]
    # What one lanes never calls, such as another's way to an fma, has to be used by another.
    failures += [f"{file}:{line}: {name} is not used in instantiate_all.cpp"
                 for file, line, name in sorted(offered - compiled)]
    prefix = str(toolchain.ROOT) + "/"
    toolchain.finish("syntax tree", len(offered), [text.replace(prefix, "") for text in failures])


if __name__ == "__main__":
    main()
