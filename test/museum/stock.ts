import { atOnce, type Exhibit, successes } from './exhibit.ts'

export const stock: Exhibit[] = [
  {
    name: 'the last piece is sold to everybody who asks at once',
    published: 'Magento, https://github.com/magento/magento2/issues/6363',
    async attack(shop) {
      const product = await shop.product(100, 1)
      const buyers = await atOnce(10, () => shop.buyer(100))
      const answers = await Promise.all(buyers.map((buyer) => shop.buy(buyer, product)))
      return { sold: successes(answers), left: await shop.stock(product) }
    },
    ours: { sold: 1, left: 0 },
    naive: { sold: 10, left: -9 },
  },
  {
    name: 'a product in two lines is looked for twice and found twice',
    published: 'Vendure, https://github.com/vendurehq/vendure/issues/2702',
    async attack(shop) {
      const [product, buyer] = [await shop.product(100, 1), await shop.buyer(500)]
      const lines = [1, 2].map(() => ({ productId: product, quantity: 1 }))
      const { status } = await shop.post('/purchase', { userId: buyer, lines })
      return { status, left: await shop.stock(product) }
    },
    ours: { status: 400, left: 1 },
    naive: { status: 200, left: -1 },
  },
  {
    name: 'what could not be paid for stays reserved',
    published: 'WooCommerce, https://github.com/woocommerce/woocommerce/pull/66303',
    async attack(shop) {
      const [product, buyer] = [await shop.product(100, 5), await shop.buyer(1)]
      const { status } = await shop.buy(buyer, product)
      return { status, left: await shop.stock(product) }
    },
    ours: { status: 409, left: 5 },
    naive: { status: 409, left: 4 },
  },
  {
    name: 'stock that came back with a refund comes back by another way again',
    published: 'WooCommerce, https://github.com/woocommerce/woocommerce/issues/27504',
    async attack(shop) {
      const [product, buyer] = [await shop.product(100, 5), await shop.buyer(100)]
      const { purchaseId } = await shop.done(shop.buy(buyer, product))
      await shop.done(shop.refund(purchaseId))
      await shop.cancel(purchaseId)
      return { left: await shop.stock(product) }
    },
    ours: { left: 5 },
    naive: { left: 6 },
  },
  {
    name: 'deliveries at the same time overwrite each other',
    published: 'Vendure, https://github.com/vendurehq/vendure/pull/4930',
    async attack(shop) {
      const product = await shop.product(100, 0)
      const delivery = { quantity: 10, reason: 'Delivery' }
      await atOnce(5, () => shop.done(shop.post(`/products/${product}/stock-adjustments`, delivery)))
      return { stock: await shop.stock(product) }
    },
    ours: { stock: 50 },
    naive: { stock: 10 },
  },
]
