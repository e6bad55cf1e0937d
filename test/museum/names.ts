import { atOnce, type Exhibit, type Visitor } from './exhibit.ts'

/** Adds campaigns of these names for one client. */
async function addCampaigns(shop: Visitor, names: string[]): Promise<number[]> {
  const client = shop.newName()
  const statuses: number[] = []
  for (const campaign_name of names)
    statuses.push((await shop.post('/campaigns', { client, campaign_name, rules: [] })).status)
  return statuses
}

export const names: Exhibit[] = [
  {
    name: 'a user whose name reads like that of another one',
    published: 'Spotify, https://engineering.atspotify.com/2013/06/creative-usernames',
    async attack(shop) {
      const users = ['BIGBIRD', '\u1d2e\u1d35\u1d33\u1d2e\u1d35\u1d3f\u1d30'].map((username) => ({
        username,
        balance: 0,
      }))
      return [(await shop.post('/users', users[0])).status, (await shop.post('/users', users[1])).status]
    },
    ours: [201, 400],
    naive: [201, 201],
  },
  {
    name: 'a name with something in it that nobody sees',
    published: 'OpenStreetMap, https://github.com/openstreetmap/openstreetmap-website/issues/4538',
    attack: (shop) => addCampaigns(shop, ['Spring', 'Spr\u200bing']),
    ours: [201, 400],
    naive: [201, 201],
  },
  {
    name: 'a name with a letter that other letters stand for',
    published: 'django-allauth, https://github.com/pennersr/django-allauth/issues/2508',
    attack: (shop) => addCampaigns(shop, ['MOSS', 'mo\u00df']),
    ours: [201, 409],
    naive: [201, 201],
  },
  {
    name: 'a name with white space around it',
    published: 'Team Fortress 2, https://github.com/ValveSoftware/Source-1-Games/issues/3666',
    attack: (shop) => addCampaigns(shop, ['Spring', ' Spring ']),
    ours: [201, 409],
    naive: [201, 201],
  },
  {
    name: 'bytes that are no text make two names one',
    published: 'Windows Subsystem for Linux, https://github.com/microsoft/WSL/issues/3564',
    async attack(shop) {
      const client = shop.newName()
      const statuses: number[] = []
      for (const name of ['caf\xe8', 'caf\xe9']) {
        const campaign = JSON.stringify({ client, campaign_name: name, rules: [] })
        statuses.push((await shop.post('/campaigns', Buffer.from(campaign, 'latin1'))).status)
      }
      return statuses
    },
    ours: [400, 400],
    naive: [201, 409],
  },
  {
    name: 'a user whose name is that of something that every object has',
    published: 'Big List of Naughty Strings, https://github.com/minimaxir/big-list-of-naughty-strings/issues/101',
    async attack(shop) {
      const [product, other] = [await shop.product(10), await shop.buyer(10)]
      await shop.campaign(product, '60', { cap_points_per_customer: 100 })
      await shop.done(shop.post('/users', { username: 'constructor', balance: 10 }))
      const receipts = [await shop.done(shop.buy('constructor', product)), await shop.done(shop.buy(other, product))]
      return receipts.map(({ pointsIssued }) => pointsIssued)
    },
    ours: [60, 60],
    naive: [null, null],
  },
  {
    name: 'two accounts of one name are opened at once',
    published: 'HedgeDoc, https://github.com/hedgedoc/hedgedoc/issues/6875',
    async attack(shop) {
      const username = shop.newName()
      const answers = await atOnce(3, () => shop.post('/users', { username, balance: 100 }))
      return answers.map(({ status }) => status).toSorted()
    },
    ours: [201, 409, 409],
    naive: [201, 201, 201],
  },
]
