import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const BIOME = join(ROOT, 'node_modules/@biomejs/biome/bin/biome')

/** Where each folder must not reach. A boundary check that cannot fail would protect nothing. */
const refused = [
  ['domain/rule.ts', '#db/client.ts'],
  ['domain/rule.ts', 'node:fs'],
  ['db/query.ts', '#activities/create-activities.ts'],
  ['config/setting.ts', '#db/client.ts'],
  ['activities/effect.ts', '#workflows/purchase.ts'],
  ['workflows/saga.ts', '#db/client.ts'],
  ['workflows/saga.ts', 'node:fs'],
  ['worker/part.ts', '#api/main.ts'],
  ['api/route.ts', '#activities/create-activities.ts'],
  ['api/route.ts', '#worker/main.ts'],
  ['scripts/tool.ts', '#test/support/system.ts'],
  ['scripts/tool.ts', '#web/format/money.ts'],
  ['api/route.ts', '#web/format/money.ts'],
  ['web/buy/card.tsx', '#api/app.ts'],
  ['web/buy/card.tsx', '#domain/money.ts'],
  ['web/buy/card.tsx', '../format/money.ts'],
  ['web/buy/card.tsx', 'node:fs'],
  ['api/routes/route.ts', '../main.ts'],
  ['test/unit/some.test.ts', '../../domain/money.ts'],
] as const

const allowed = [
  ['db/query.ts', '#domain/money.ts'],
  ['activities/effect.ts', '#db/client.ts'],
  ['api/route.ts', '#workflows/contract.ts'],
  ['worker/part.ts', '#activities/create-activities.ts'],
  ['scripts/tool.ts', './platform/processes.ts'],
  ['web/buy/card.tsx', '#web/format/money.ts'],
] as const

let project: string
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'unicorn-boundaries-'))
  cpSync(join(ROOT, 'biome.json'), join(project, 'biome.json'))
})
afterAll(() => {
  rmSync(project, { recursive: true })
})

/** What the project's lint rules say to a file of this content at this path. */
function lint(path: string, content: string): string {
  const file = join(project, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
  const options = ['lint', '--vcs-enabled=false', '--colors=off', path]
  const { stdout, stderr } = spawnSync(process.execPath, [BIOME, ...options], { cwd: project, encoding: 'utf8' })
  return stdout + stderr
}

describe('biome.json', () => {
  test.each(refused)('%s may not import %s', (path, module) => {
    expect(lint(path, `import '${module}'\n`)).toContain('noRestrictedImports')
  })

  test.each(allowed)('%s may import %s', (path, module) => {
    expect(lint(path, `import '${module}'\n`)).not.toContain('noRestrictedImports')
  })

  test('only config/environment.ts reads process.env', () => {
    const reading = 'export const port = process.env.PORT\n'
    for (const path of ['api/main.ts', 'config/other.ts', 'scripts/start.ts']) {
      expect(lint(path, reading), path).toContain('noProcessEnv')
    }
    expect(lint('config/environment.ts', reading)).not.toContain('noProcessEnv')
  })

  test('a forgotten await is refused', () => {
    const forgotten = 'async function charge() {}\nexport function buy() {\n  charge()\n}\n'
    expect(lint('activities/forgotten.ts', forgotten)).toContain('noFloatingPromises')
  })
})

test('nothing of the product opens a connection but openDatabase, which guards it', () => {
  const folders = '{domain,db,config,ledger,activities,workflows,worker,api,scripts}/**/*.ts'
  const opening = globSync(folders, { cwd: ROOT }).filter((path) => {
    const source = readFileSync(join(ROOT, path), 'utf8')
    return source.includes("from 'postgres'") && source.includes('postgres(')
  })
  // One that connects, and one that only makes statements.
  expect(opening.sort()).toEqual(['db/client.ts', 'db/connection.ts'])
})
