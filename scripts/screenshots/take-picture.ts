import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import type { Picture } from './pictures.ts'
import type { SampleLife } from './sample-life.ts'

const ROOT = join(import.meta.dirname, '../..')
const IMAGES = join(ROOT, 'docs/images')
const PATIENCE_MS = 30_000

const SCREENS = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
}

/**
 * Takes a picture of a page once there is nothing more to wait for, and writes it to `docs/images/`.
 *
 * @returns a line that tells of it
 */
export async function takePicture(
  browser: Browser,
  baseURL: string,
  picture: Picture,
  life: SampleLife,
): Promise<string> {
  const { as, colorScheme, name, on } = picture
  const screen = SCREENS[on]
  const viewport = { ...screen.viewport, ...(picture.height !== undefined && { height: picture.height }) }
  const context = await browser.newContext({ ...screen, viewport, baseURL, colorScheme, reducedMotion: 'reduce' })
  context.setDefaultTimeout(PATIENCE_MS)
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
