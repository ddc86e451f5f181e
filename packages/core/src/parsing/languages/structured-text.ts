import type { Language } from '../../contracts/language.ts'

/** Markdown, cut at its headings. */
export const markdown: Language = {
  id: 'markdown',
  extensions: ['.md', '.markdown', '.mdx', '.mkd'],
  structure: 'headings',
}

/** JSON, cut at the keys of its first level. */
export const json: Language = {
  id: 'json',
  extensions: ['.json', '.jsonc', '.json5', '.geojson', '.webmanifest'],
  filenames: ['.babelrc', '.eslintrc', '.prettierrc', '.swcrc', 'composer.lock'],
  structure: 'keys',
}

/** YAML, cut at its unindented keys. */
export const yaml: Language = {
  id: 'yaml',
  extensions: ['.yaml', '.yml'],
  filenames: ['.clang-format', '.clang-tidy'],
  structure: 'keys',
}

/** TOML, cut at its tables. */
export const toml: Language = {
  id: 'toml',
  extensions: ['.toml'],
  filenames: ['Cargo.lock', 'Pipfile', 'poetry.lock', 'uv.lock'],
  structure: 'keys',
}

/** CSS and its dialects, cut between rules. */
export const css: Language = { id: 'css', extensions: ['.css', '.scss', '.less', '.pcss'] }

/** HTML and templates that look like it, cut where they are least indented. */
export const html: Language = {
  id: 'html',
  extensions: ['.html', '.htm', '.xhtml', '.vue', '.svelte', '.astro'],
}
