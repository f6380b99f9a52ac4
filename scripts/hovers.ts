// What an editor shows over each public name, as the built declarations have it: a first sentence that says what it is, for every name and every
// property; for an option also its unit or values, and its default.
import { existsSync } from 'node:fs';
import ts from 'typescript';

const ENTRIES = ['dist/index.d.ts', 'dist/testing.d.ts'];

/** The interfaces whose properties are options. */
const OPTIONS = ['ConcatMapEagerConfig', 'RetryConfig', 'ItemTimeout', 'AdaptiveLimitConfig'];

/** What the value of an option is, in words of a unit or of the values that there are. */
const UNIT =
  /milliseconds|integer|a number of|Whether|`'[\w-]+'`|function|called with|key of a value|when it aborts|At its first value|attempt failed/i;

const missing = ENTRIES.filter((file) => !existsSync(file));
if (missing.length > 0) throw new Error(`Expected the built package (npm run build), got no ${missing.join(', ')}`);

const program = ts.createProgram(ENTRIES, {
  strict: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  types: ['node'],
});
const checker = program.getTypeChecker();
const problems: string[] = [];
const counts = { names: 0, properties: 0, options: 0 };

const textOf = (symbol: ts.Symbol) => ts.displayPartsToString(symbol.getDocumentationComment(checker));

/** The first line says something on its own: it begins as a sentence does, and is one. */
function checkFirstLine(name: string, text: string): void {
  const [first = ''] = text.split(/\n\n/);
  if (!/^[A-Z`][^]*[.:]$/.test(first))
    problems.push(`${name}: expected a first line that is a sentence, got ${JSON.stringify(first)}`);
}

function checkProperty(owner: string, property: ts.Symbol): void {
  const name = `${owner}.${property.name}`;
  const text = textOf(property);
  counts.properties++;
  checkFirstLine(name, text);
  if (!OPTIONS.includes(owner)) return;
  counts.options++;
  if (!/\bDefault: \S/.test(text)) problems.push(`${name}: expected "Default: …", got ${JSON.stringify(text)}`);
  if (!UNIT.test(text))
    problems.push(`${name}: expected a unit or the values that there are, got ${JSON.stringify(text)}`);
}

for (const file of ENTRIES) {
  const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
  for (const exported of checker.getExportsOfModule(module)) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    counts.names++;
    checkFirstLine(symbol.name, textOf(symbol));
    for (const declaration of symbol.declarations ?? []) {
      // A union has the properties of its members: those are written in the declaration itself.
      const visit = (node: ts.Node): void => {
        if (ts.isPropertySignature(node) || ts.isPropertyDeclaration(node)) {
          const property = checker.getSymbolAtLocation(node.name);
          const isPrivate = ts.getCombinedModifierFlags(node) & (ts.ModifierFlags.Private | ts.ModifierFlags.Override);
          // What tells one member of a union from the others is explained by the whole.
          const isExplained = property?.name === 'type' || symbol.name === 'MarbleError';
          if (property !== undefined && !isPrivate && !isExplained) checkProperty(symbol.name, property);
        }
        ts.forEachChild(node, visit);
      };
      if (
        ts.isInterfaceDeclaration(declaration) ||
        ts.isClassDeclaration(declaration) ||
        ts.isTypeAliasDeclaration(declaration)
      ) {
        ts.forEachChild(declaration, visit);
      }
    }
  }
}

console.log(`${counts.names} names, ${counts.properties} properties, ${counts.options} of them options`);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 && counts.options > 20 ? 0 : 1;
