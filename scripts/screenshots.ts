import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import sparticuz from '@sparticuz/chromium'
import { type Browser, chromium, type Page } from 'playwright-core'
import { z } from 'zod'
import { runCommand } from '#config/command.ts'
import { ConfigurationError } from '#config/environment.ts'
import { type Database, openDatabase } from '#db/client.ts'
import { openUser } from '#db/wallets.ts'
import { oneLot } from '#domain/points/account.ts'
import { createPointsLedger } from '#ledger/ledger.ts'
import { interruption, type RunningSystem, say, startOwnSystem } from './demo-crash.ts'

const PATIENCE_MS = 5 * 60_000

/** `npm run screenshots`: the pictures in `docs/images/`, from a system of its own with some life in it. */
async function main() {
  const interrupted = interruption()
  const browser = await launchBrowser()
  try {
    say('Starting a system to take pictures of, which will be removed again ...')
    const system = await startOwnSystem('screenshots')
    try {
      await Promise.race([takePictures(system, browser), tooLong(), interrupted])
    } finally {
      await system.stop()
    }
  } finally {
    await browser.close()
  }
}

async function takePictures(system: RunningSystem, browser: Awaited<ReturnType<typeof launchBrowser>>): Promise<void> {
  const { urls } = system.runtime()
  const sql = openDatabase({
    databaseUrl: urls.database ?? '',
    applicationName: 'unicorn-screenshots',
    maxConnections: 2,
  })
  try {
    const life = await liveALittle(urls.api ?? '', sql)
    for (const picture of PICTURES) say(await takePicture(browser, urls.api ?? '', picture, life))
  } finally {
    await sql.end({ timeout: 2 })
  }
}

async function tooLong(): Promise<never> {
  await sleep(PATIENCE_MS, undefined, { ref: false })
  throw new ConfigurationError(`The pictures are not there after ${PATIENCE_MS / 60_000} minutes: giving up.`)
}

interface Picture {
  /** Of the file in `docs/images/`. */
  readonly name: string
  /** From `/store`. */
  readonly path: (life: SampleLife) => string
  /** Who looks at it. */
  readonly as: string
  readonly on: 'desktop' | 'phone'
  readonly colorScheme: 'light' | 'dark'
  /** Of what can be seen, where it is not what such a screen usually shows; in CSS pixels. */
  readonly height?: number
  /** What whoever looks at it has done there. */
  readonly arrange?: (page: Page) => Promise<void>
}

const desktop = { on: 'desktop', colorScheme: 'light', as: 'derick' } as const

/** One of every page, and of some what they look like elsewhere. */
const PICTURES: readonly Picture[] = [
  { ...desktop, name: 'buy', path: () => '/', arrange: fillCart },
  { ...desktop, name: 'purchases', path: () => '/purchases' },
  { ...desktop, name: 'purchase', path: ({ refundedPurchaseId }) => `/purchases/${refundedPurchaseId}` },
  { ...desktop, name: 'points', path: () => '/points' },
  { ...desktop, name: 'campaigns', path: () => '/campaigns' },
  { ...desktop, name: 'campaign', path: campaign, height: 1_130, arrange: tryOut },
  { ...desktop, name: 'preview', path: campaign, height: 1_230, arrange: preview },
  { ...desktop, name: 'operations', path: () => '/operations?panel=stock' },
  { ...desktop, name: 'buy-phone', path: () => '/', on: 'phone' },
  { ...desktop, name: 'points-dark', path: () => '/points', colorScheme: 'dark' },
  { ...desktop, name: 'bought', path: () => '/', arrange: buy },
]

function campaign({ campaignName }: SampleLife): string {
  return `/campaigns/${encodeURIComponent(campaignName)}`
}

async function fillCart(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Add Unicorn Midnight to the cart' }).click()
  await page.getByRole('button', { name: 'Add Rainbow Starter Kit to the cart' }).click()
  await page.getByRole('button', { name: 'Buy for $2,248.99', disabled: false }).waitFor()
  await page.mouse.move(0, 0)
  await page.evaluate('scrollTo(0, 0)')
}

async function tryOut(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Pieces', exact: true }).fill('3')
  await page.getByText('75 points', { exact: true }).waitFor()
  await page.evaluate('scrollTo(0, 0)')
}

async function preview(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Points', exact: true }).fill('40')
  await page.getByRole('status', { name: 'Result for the cart' }).getByText('0 points', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Run preview' }).click()
  await page.getByRole('status', { name: 'Preview' }).getByText('It would have awarded').waitFor()
  await page.mouse.move(0, 0)
  await page.evaluate('scrollTo(0, document.body.scrollHeight)')
}

async function buy(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Quick Buy .*: Unicorn Meadow$/ }).click()
  await page.getByRole('heading', { name: 'It is yours' }).waitFor()
}

const ROOT = join(import.meta.dirname, '..')
const IMAGES = join(ROOT, 'docs/images')
const PAGE_PATIENCE_MS = 30_000

const SCREENS = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
}

/**
 * Takes a picture of a page once there is nothing more to wait for, and writes it to `docs/images/`.
 *
 * @returns a line to print
 */
async function takePicture(browser: Browser, baseURL: string, picture: Picture, life: SampleLife): Promise<string> {
  const { as, colorScheme, name, on } = picture
  const screen = SCREENS[on]
  const viewport = { ...screen.viewport, ...(picture.height !== undefined && { height: picture.height }) }
  const context = await browser.newContext({ ...screen, viewport, baseURL, colorScheme, reducedMotion: 'reduce' })
  context.setDefaultTimeout(PAGE_PATIENCE_MS)
  try {
    const page = await context.newPage()
    // As the user menu of the store keeps who was chosen.
    await page.addInitScript(`localStorage.setItem('unicorn-store.user', ${JSON.stringify(JSON.stringify(as))})`)
    await page.goto(`/store${picture.path(life)}`)
    await untilShown(page)
    await picture.arrange?.(page)
    await untilShown(page)
    const image = await page.screenshot()
    mkdirSync(IMAGES, { recursive: true })
    const file = join(IMAGES, `${name}.png`)
    writeFileSync(file, image)
    return `${relative(ROOT, file)}: ${Math.ceil(image.length / 1024)} KiB`
  } finally {
    await context.close()
  }
}

/** The page has its heading, no place that waits for content, and the images that can be seen. */
async function untilShown(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.locator('.mantine-Skeleton-root').first().waitFor({ state: 'detached' })
  await page.evaluate(`Promise.all(
    [...document.images]
      .filter((image) => image.getBoundingClientRect().top < innerHeight)
      .map((image) => image.decode()),
  )`)
}

/** What the pictures need to know of it. */
interface SampleLife {
  readonly refundedPurchaseId: string
  readonly campaignName: string
}

const CAMPAIGN = 'Herd bonus'
const DAY_MS = 86_400_000

/** Points that derick earned on days of the last year and a half: how many days ago, and how many points. */
const EARNED = [
  [520, 180],
  [493, 90],
  [455, 240],
  [431, 130],
  [398, 310],
  [352, 220],
  [330, 80],
  [301, 260],
  [268, 140],
  [233, 420],
  [201, 190],
  [176, 70],
  [149, 330],
  [112, 250],
  [80, 160],
  [47, 380],
  [21, 210],
  [9, 120],
] as const

/** Fills a system with sample data with what its users might have done: through the API, but for what lies in the past. */
async function liveALittle(api: string, sql: Database): Promise<SampleLife> {
  await earnInThePast(sql)
  const send = sender(api)
  await runCampaigns(send)
  await send('/users/derick/top-ups', { amount: 4_200 })
  await send('/purchase', { userId: 'amara', lines: lines(['2', 1], ['6', 2]) })
  await send('/purchase', { userId: 'amara', lines: lines(['1', 2]) })
  await send('/purchase', { userId: 'derick', lines: lines(['1', 1], ['5', 2]) })
  // Not enough money, and not enough stock: those are in the list of purchases too.
  await send('/purchase', { userId: 'noor', lines: lines(['3', 1]) })
  await send('/purchase', { userId: 'derick', lines: lines(['3', 5]) })
  const order = { userId: 'derick', lines: lines(['4', 1], ['6', 3]), redeemPoints: 250 }
  const { purchaseId } = z.object({ purchaseId: z.string() }).parse(await send('/purchase', order))
  await send(`/purchases/${purchaseId}/refund`)
  await send('/purchase', { userId: 'derick', lines: lines(['6', 1]), redeemPoints: 100 })
  for (const [account_id, stars] of [
    ['derick', 5],
    ['noor', 4],
  ] as const) {
    await send('/events', { type: 'ReviewWritten', client: 'ReviewSite', account_id, payload: { stars } })
  }
  return { refundedPurchaseId: purchaseId, campaignName: CAMPAIGN }
}

function lines(...ordered: [productId: string, quantity: number][]) {
  return ordered.map(([productId, quantity]) => ({ productId, quantity }))
}

async function runCampaigns(send: Sender): Promise<void> {
  await send('/campaigns', {
    client: 'UnicornStore',
    campaign_name: CAMPAIGN,
    cap_points_per_customer: 500,
    rules: [
      {
        variable: '$.quantity',
        condition: { rule: 'numeric_greater_than_equals', value: 2 },
        action: { command: 'issue', formula: 'min($.quantity * 25, 200)' },
      },
    ],
  })
  await send('/campaigns', {
    client: 'UnicornStore',
    campaign_name: 'Midwinter double',
    status: 'inactive',
    rules: [
      {
        variable: '$.amount',
        condition: { rule: 'numeric_greater_than', value: 500 },
        action: { command: 'issue', formula: '$.amount / 5' },
      },
    ],
  })
  await send('/campaigns', {
    client: 'ReviewSite',
    campaign_name: 'Thanks for the stars',
    rules: [
      {
        variable: '$.stars',
        condition: { rule: 'numeric_greater_than_equals', value: 1 },
        action: { command: 'issue', formula: '$.stars * 2' },
      },
    ],
  })
}

/** The API books everything now; a chart needs a past. */
async function earnInThePast(sql: Database): Promise<void> {
  const now = Date.now()
  const accountId = await openUser(sql, 'derick')
  for (const [daysAgo, amount] of EARNED) {
    const ledger = createPointsLedger(sql, { clock: async () => new Date(now - daysAgo * DAY_MS).toISOString() })
    await ledger.execute({
      accountId,
      key: `screenshots/${daysAgo}`,
      requestHash: '',
      command: {
        type: 'issue',
        ...oneLot(amount, 365),
        reason: 'manual',
        reference: 'screenshots',
        actor: 'screenshots',
      },
    })
  }
}

type Sender = (path: string, body?: unknown) => Promise<unknown>

function sender(api: string): Sender {
  return async (path, body) => {
    const answer = await fetch(api + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    })
    const json: unknown = await answer.json()
    // 409: a refusal is a part of life.
    if (!answer.ok && answer.status !== 409) throw new Error(`POST ${path}: ${JSON.stringify(json)}`)
    return json
  }
}

/** At Ctrl-C Playwright would end our process before that has stopped what it started. The browser ends with us anyway. */
const LEAVE_SIGNALS = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false }

/** No page is open for long enough that optimizing its code pays. */
const SHORT_LIVED = '--js-flags=--no-opt,--no-maglev'

/**
 * A browser without a window. Chromium comes with `npm ci` for the usual Linux; elsewhere an installed Chrome does it.
 *
 * @throws ConfigurationError if there is none, or it does not start here
 */
export async function launchBrowser(): Promise<Browser> {
  try {
    if (process.platform !== 'linux' || process.arch !== 'x64') {
      return await chromium.launch({ channel: 'chrome', args: [SHORT_LIVED], ...LEAVE_SIGNALS })
    }
    sparticuz.setGraphicsMode = false
    const executablePath = await sparticuz.executablePath()
    // Its own arguments would switch off the web's security; Chromium's sandbox does not run as root.
    return await chromium.launch({ executablePath, args: ['--no-sandbox', SHORT_LIVED], ...LEAVE_SIGNALS })
  } catch (error) {
    const [why] = String(error instanceof Error ? error.message : error).split('\n')
    throw new ConfigurationError(
      `No browser could be started (${why}). On Linux it comes with "npm ci", elsewhere install Chrome.`,
    )
  }
}

if (import.meta.main) runCommand(main)
