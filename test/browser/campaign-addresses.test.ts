import { test } from '#test/support/browser-world.ts'
import { makeBuyer } from '#test/support/buyer.ts'

test.for(['new', 'summer.css', '50 % off / all?'])(
  'a campaign called “%s” has a page of its own',
  async (name, { world, visit }) => {
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: '/new-campaign' })
    await page.getByRole('textbox', { name: 'Name' }).fill(name)
    await page.getByRole('button', { name: 'Create campaign' }).click()
    await page.getByRole('heading', { name, level: 1, exact: true }).waitFor()
    await page.getByRole('link', { name: 'Campaigns' }).click()
    await page.getByRole('link', { name, exact: true }).click()
    await page.reload()
    await page.getByRole('heading', { name, level: 1, exact: true }).waitFor()
    await page.getByText('Current status').waitFor()
  },
)
