import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const BIOME = join(ROOT, 'node_modules/@biomejs/biome/bin/biome')

type Boundary = {
  /** Folders of ours that it may import, beside itself. */
  folders: string[]
  /** Those of which it may import types only. */
  typesOf?: string[]
  /** Packages that it may import; left out: any. */
  packages?: RegExp
}

/** What each folder may import: one rule each, as in the README. */
const BOUNDARIES: Record<string, Boundary> = {
  // Deterministic: no I/O, clock or randomness, and nothing heavy, for it is part of the workflow bundle.
  domain: { folders: [], packages: /^(fraction\.js|jsep|jsonpath-plus)$/ },
  db: { folders: ['domain'] },
  config: { folders: ['domain'] },
  ledger: { folders: ['domain', 'db'] },
  activities: { folders: ['domain', 'db', 'ledger'] },
  workflows: { folders: ['domain'], typesOf: ['activities'], packages: /^@temporalio\/(workflow|common)$/ },
  worker: { folders: ['domain', 'db', 'config', 'ledger', 'activities', 'workflows'] },
  api: { folders: ['domain', 'db', 'config', 'ledger', 'workflows'] },
  // Knows the API by its document alone, and runs in browsers.
  web: { folders: [], packages: /^(?!node:)/ },
  scripts: { folders: ['domain', 'db', 'config', 'ledger', 'activities', 'workflows', 'worker', 'api', 'bench'] },
  // What `scripts/bench.ts` measures with, and against.
  bench: { folders: ['domain', 'db', 'config', 'ledger', 'activities', 'workflows', 'worker', 'api', 'scripts'] },
  test: {
    folders: [
      ...['domain', 'db', 'config', 'ledger', 'activities', 'workflows', 'worker', 'api', 'web'],
      ...['scripts', 'bench'],
    ],
  },
}

const IMPORT = /(?:^(?:import|export)(?<types> type)?(?: [^'"]*? from)? |\bimport\()['"](?<module>[^'"]+)['"]/gm

/** What a file may not import, of all that it does. */
function violations(path: string, source: string): string[] {
  const folder = path.split('/')[0] ?? ''
  const boundary = BOUNDARIES[folder]
  if (!boundary) return []
  return [...source.matchAll(IMPORT)].flatMap(({ groups = {} }) => {
    const { module = '', types } = groups
    return isAllowed(folder, boundary, module, types !== undefined) ? [] : [module]
  })
}

function isAllowed(folder: string, { folders, typesOf = [], packages }: Boundary, module: string, types: boolean) {
  // Across folders by #folder/file.ts; ./file.ts is for the same folder.
  if (module.split('/').includes('..')) return false
  if (module.startsWith('./')) return true
  if (!module.startsWith('#')) return packages?.test(module) ?? true
  const imported = module.slice(1).split('/')[0] ?? ''
  return imported === folder || folders.includes(imported) || (types && typesOf.includes(imported))
}

/** A boundary check that cannot fail would protect nothing. */
const refused = [
  ['domain/rule.ts', '#db/client.ts'],
  ['domain/rule.ts', 'node:fs'],
  ['db/query.ts', '#activities/create-activities.ts'],
  ['db/query.ts', '#ledger/ledger.ts'],
  ['ledger/ledger.ts', '#activities/points.ts'],
  ['config/setting.ts', '#db/client.ts'],
  ['activities/effect.ts', '#workflows/purchase.ts'],
  ['workflows/saga.ts', '#db/client.ts'],
  ['workflows/saga.ts', 'node:fs'],
  ['workflows/saga.ts', '#activities/create-activities.ts'],
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
  ['domain/rule.ts', './../db/client.ts'],
] as const

const allowed = [
  ['db/query.ts', '#domain/money.ts'],
  ['activities/effect.ts', '#db/client.ts'],
  ['ledger/ledger.ts', '#db/points.ts'],
  ['api/route.ts', '#workflows/contract.ts'],
  ['worker/part.ts', '#activities/create-activities.ts'],
  ['scripts/tool.ts', './platform/processes.ts'],
  ['web/buy/card.tsx', '#web/format/money.ts'],
] as const

describe('import boundaries', () => {
  test.each(refused)('%s may not import %s', (path, module) => {
    expect(violations(path, `import { thing } from '${module}'\n`)).toEqual([module])
    expect(violations(path, `import {\n  thing,\n} from '${module}'\n`)).toEqual([module])
    expect(violations(path, `const { thing } = await import('${module}')\n`)).toEqual([module])
  })

  test.each(allowed)('%s may import %s', (path, module) => {
    expect(violations(path, `import { thing } from '${module}'\n`)).toEqual([])
  })

  test('workflows may import the types of activities', () => {
    expect(
      violations('workflows/saga.ts', "import type { Activities } from '#activities/create-activities.ts'\n"),
    ).toEqual([])
  })

  test('hold everywhere', () => {
    // `bench/peers` is a package of its own, so it has no other way to name our files than by their path.
    const files = globSync(`{${Object.keys(BOUNDARIES)}}/**/*.{ts,tsx}`, { cwd: ROOT }).filter(
      (path) => !path.includes('node_modules') && !path.endsWith('.config.ts') && !path.startsWith('bench/peers/'),
    )
    expect(files.length).toBeGreaterThan(200)
    const broken = files.flatMap((path) =>
      violations(path, readFileSync(join(ROOT, path), 'utf8')).map((module) => `${path} imports ${module}`),
    )
    expect(broken).toEqual([])
  })
})

describe('biome.json', () => {
  let project: string
  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), 'unicorn-boundaries-'))
    cpSync(join(ROOT, 'biome.json'), join(project, 'biome.json'))
  })
  afterAll(() => {
    rmSync(project, { recursive: true })
  })

  /** What the project's lint rules say to files of these contents. */
  function lint(files: Record<string, string>): string {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(project, path)), { recursive: true })
      writeFileSync(join(project, path), content)
    }
    const options = ['lint', '--vcs-enabled=false', '--colors=off', ...Object.keys(files)]
    const { stdout, stderr } = spawnSync(process.execPath, [BIOME, ...options], { cwd: project, encoding: 'utf8' })
    return stdout + stderr
  }

  test('only config/environment.ts reads process.env', () => {
    const reading = 'export const port = process.env.PORT\n'
    for (const path of ['api/main.ts', 'config/other.ts', 'scripts/start.ts']) {
      expect(lint({ [path]: reading }), path).toContain('noProcessEnv')
    }
    expect(lint({ 'config/environment.ts': reading })).not.toContain('noProcessEnv')
  })

  test('a forgotten await is refused', () => {
    const forgotten = 'async function charge() {}\nexport function buy() {\n  charge()\n}\n'
    expect(lint({ 'activities/forgotten.ts': forgotten })).toContain('noFloatingPromises')
  })

  test('an import circle is refused, of types alone, too', () => {
    const found = lint({
      'domain/one.ts': "import type { Two } from './two.ts'\nexport type One = { two: Two | null }\n",
      'domain/two.ts': "import type { One } from './one.ts'\nexport type Two = { one: One | null }\n",
    })
    expect(found).toContain('noImportCycles')
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
