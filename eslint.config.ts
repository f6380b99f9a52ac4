import { existsSync, readdirSync } from 'node:fs';
import rxjs from 'eslint-plugin-rxjs-x';
import { defineConfig } from 'eslint/config';
import { fileURLToPath } from 'node:url';
import tseslint from 'typescript-eslint';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Packages of their own, which may not be installed: they check themselves. */
const packages = ['bench/', 'site/', ...readdirSync(here('examples')).map((name) => `examples/${name}/`)].filter(
  (folder) => existsSync(here(`${folder}package.json`)),
);

export default defineConfig(
  { ignores: ['dist/', 'coverage/', 'temp/', '.stryker-tmp/', 'reports/', ...packages] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // Listeners change their state while a function is called; the rule does not see it.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // `return fail(error)` in a function that returns nothing reads well.
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreVoidReturningFunctions: true, ignoreArrowShorthand: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-invalid-void-type': ['error', { allowInGenericTypeArguments: true }],
      // An error may be any value, as in rxjs.
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      // An index that the code has just checked.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // One character of a marble row is one column, and rows are plain text.
      '@typescript-eslint/no-misused-spread': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    extends: [rxjs.configs.strict],
    rules: {
      'rxjs-x/throw-error': 'off',
      'rxjs-x/no-subclass': 'off',
    },
  },
  {
    files: ['test/**/*.ts', 'examples/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-floating-promises': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
