import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

/** What is said about security, held against what there is. */

const ROOT = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

const DOCUMENTS = ['SECURITY.md', 'docs/threat-model.md', 'docs/asvs.md', 'docs/dependencies.md']

/** Files that a text names in backticks; of a test also by a title of it, in quotes: `test/unit/a.test.ts` "a title". */
function namedIn(document: string): { file: string; title: string | undefined }[] {
  const named = read(document).matchAll(/`([\w.-]+(?:\/[\w.-]+)*\.(?:ts|tsx|md|sql|yml|json))`(?: "([^"]+)")?/g)
  return [...named].map(([, file = '', title]) => ({ file, title }))
}

/** Whether a title stands in a test: as a literal of its own, for what is said of something else is no test. */
function hasTitle(file: string, title: string): boolean {
  const literals = [`'${title.replaceAll("'", "\\'")}'`, `"${title}"`, `\`${title}\``]
  return literals.some((literal) => read(file).includes(literal))
}

/** What is made, and not in the repository. */
const MADE = ['sbom.json']

describe.each(DOCUMENTS)('%s', (document) => {
  const named = namedIn(document).filter(({ file }) => !MADE.includes(file) && file !== 'DATA_DIR/runtime.json')

  test('names files that there are', () => {
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter(({ file }) => !existsSync(join(ROOT, file))).map(({ file }) => file)).toEqual([])
  })

  test('names tests by titles that they have', () => {
    const missing = named.filter(({ file, title }) => title !== undefined && !hasTitle(file, title))
    expect(missing).toEqual([])
  })

  test('links to what there is', () => {
    const folder = document.replace(/[^/]*$/, '')
    const links = [...read(document).matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target)
    expect(links.filter((target) => !existsSync(join(ROOT, folder, target)))).toEqual([])
  })
})

test('a title that no test has is noticed', () => {
  expect(hasTitle('test/unit/security-documents.test.ts', 'names files that there are')).toBe(true)
  expect(hasTitle('test/unit/security-documents.test.ts', ['names', 'nothing'].join(' '))).toBe(false)
})

/** The rows of the tables of a document, cell by cell. */
function rowsOf(document: string): string[][] {
  return read(document)
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
    .filter(([first = '']) => !/^-+$/.test(first))
}

/** Requirements of levels 1 and 2 in version 5.0.0 of the ASVS, by section: those that are missing are of level 3. */
const ASVS = `
  1.1.1-2 1.2.1-9 1.3.1-11 1.4.1-3 1.5.1-2 2.1.1-3 2.2.1-3 2.3.1-4 2.4.1 3.2.1-2 3.3.1-4 3.4.1-6 3.5.1-5 3.7.1-2 4.1.1-3 4.2.1 4.3.1-2 4.4.1-4
  5.1.1 5.2.1-3 5.3.1-2 5.4.1-3 6.1.1-3 6.2.1-12 6.3.1-4 6.4.1-4 6.5.1-5 6.6.1-3 6.8.1-4 7.1.1-3 7.2.1-4 7.3.1-2 7.4.1-5 7.5.1-2 7.6.1-2
  8.1.1-2 8.2.1-3 8.3.1 8.4.1 9.1.1-3 9.2.1-4 10.1.1-2 10.2.1-2 10.3.1-4 10.4.1-11 10.5.1-5 10.6.1-2 10.7.1-3 11.1.1-2 11.2.1-3 11.3.1-3
  11.4.1-4 11.5.1 11.6.1 12.1.1-3 12.2.1-2 12.3.1-4 13.1.1 13.2.1-5 13.3.1-2 13.4.1-5 14.1.1-2 14.2.1-4 14.3.1-3 15.1.1-3 15.2.1-3 15.3.1-7
  16.1.1 16.2.1-5 16.3.1-4 16.4.1-3 16.5.1-3 17.1.1 17.2.1-4 17.3.1-2`

const REQUIREMENTS = ASVS.trim()
  .split(/\s+/)
  .flatMap((range) => {
    const [, section, first, last = first] = /^(\d+\.\d+\.)(\d+)(?:-(\d+))?$/.exec(range) ?? []
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => `${section}${Number(first) + index}`)
  })

describe('the table of the ASVS', () => {
  const rows = rowsOf('docs/asvs.md')
    .filter(([ids = '']) => /^\d/.test(ids))
    .map(([ids = '', asks, status = '', by = '']) => ({ ids: ids.split(', '), asks, status, by }))

  test('has each requirement of levels 1 and 2 once', () => {
    expect(REQUIREMENTS).toHaveLength(253)
    expect(rows.flatMap(({ ids }) => ids).toSorted()).toEqual(REQUIREMENTS.toSorted())
  })

  test('says of each how it stands, and of what is met, by what', () => {
    for (const { ids, asks, status, by } of rows) {
      expect([ids, ['met', 'does not apply', 'not met']]).toEqual([ids, expect.arrayContaining([status])])
      expect([ids, asks === '' || by === '']).toEqual([ids, false])
      if (status === 'met') expect([ids, by]).toEqual([ids, expect.stringMatching(/`[^`]+\.\w+`/)])
    }
  })

  test('is summed up as it is', () => {
    const count = (wanted: string) =>
      rows.filter(({ status }) => status === wanted).reduce((sum, { ids }) => sum + ids.length, 0)
    expect(read('docs/asvs.md')).toContain(
      `**${count('met')} are met, ${count('does not apply')} do not apply, ${count('not met')} are not met.**`,
    )
  })
})

test('every threat of the threat model has a control and a test', () => {
  const model = read('docs/threat-model.md')
  const threats = rowsOf('docs/threat-model.md').filter((row) => row.at(-1)?.startsWith('`test/'))
  expect(threats.length).toBeGreaterThan(25)
  const tables = model.slice(model.indexOf('## Who, what'), model.indexOf('## What is left'))
  expect(tables.split('\n').filter((line) => line.startsWith('| ') && !/^\| (?:-|wants to)/.test(line))).toHaveLength(
    threats.length,
  )
})

test('the OWASP API Security Top 10 is attacked in ten parts', () => {
  const parts = [...read('test/api/owasp-api-top-10.test.ts').matchAll(/^describe\('(API\d+):2023 /gm)].map(
    ([, part]) => part,
  )
  expect(parts).toEqual(Array.from({ length: 10 }, (_, index) => `API${index + 1}`))
})

describe('the store', () => {
  const sources = globSync('web/**/*.{ts,tsx,js,html}', { cwd: ROOT })
    .filter((path) => !/node_modules|schema\.d\.ts/.test(path))
    .map((path) => [path, read(path)] as const)
  const containing = (pattern: RegExp) => sources.filter(([, source]) => pattern.test(source)).map(([path]) => path)

  test('writes no HTML of its own', () => {
    expect(sources.length).toBeGreaterThan(50)
    expect(
      containing(/dangerouslySetInnerHTML|\.(?:inner|outer)HTML|insertAdjacentHTML|document\.write|srcDoc/),
    ).toEqual([])
  })

  test('listens to no other window', () => {
    expect(containing(/postMessage|addEventListener\(\s*'message'|onmessage\b/)).toEqual([])
  })
})
