import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, inject, test } from 'vitest'

const MAX_BYTES = 300_000

type Chunk = { file: string; imports?: string[] }

const folder = inject('storeDir')
const manifest: Record<string, Chunk> = JSON.parse(readFileSync(join(folder, '.vite/manifest.json'), 'utf8'))

/** The scripts that have to be there before these chunks run. */
function scriptsOf(names: string[], found = new Set<string>()): Set<string> {
  for (const name of names) {
    const chunk = manifest[name]
    if (!chunk) throw new Error(`the build has no ${name}`)
    if (found.has(chunk.file)) continue
    found.add(chunk.file)
    scriptsOf(chunk.imports ?? [], found)
  }
  return found
}

function compressed(files: Iterable<string>): number {
  return [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length, 0)
}

describe('the first load', () => {
  const scripts = scriptsOf(['index.html', 'buy/buy-page.tsx'])

  test('of the page that sells is small', () => {
    expect(compressed(scripts)).toBeLessThan(MAX_BYTES)
  })

  test.each([
    ['the editor', 'cm-content'],
    ['the charts', 'recharts-'],
  ])('is without %s', (_, mark) => {
    for (const file of scripts) expect(readFileSync(join(folder, file), 'utf8')).not.toContain(mark)
  })
})

test('the figures of the points page do not wait for its chart, which is half as large as a first load at most', () => {
  const page = scriptsOf(['points/points-page.tsx'])
  const chart = [...scriptsOf(['page/bars-chart.tsx'])].filter((file) => !page.has(file))
  for (const file of page) expect(readFileSync(join(folder, file), 'utf8')).not.toContain('recharts-')
  expect(compressed(chart)).toBeLessThan(MAX_BYTES / 2)
})

test('nothing in the page itself is a script', () => {
  const page = readFileSync(join(folder, 'index.html'), 'utf8')
  const scripts = [...page.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)]
  expect(scripts.length).toBeGreaterThan(0)
  for (const [, attributes, content] of scripts) {
    expect(attributes).toMatch(/ src="\/store\//)
    expect(content).toBe('')
  }
})
