import { z } from '@hono/zod-openapi'
import { Problem } from '#api/problems/problem.ts'
import { amountShown } from '#api/schemas/amounts.ts'
import { productId } from '#api/schemas/identifiers.ts'
import { line, lines } from '#api/schemas/text.ts'
import type { Database } from '#db/client.ts'
import { type Product, type ProductRefusal, readProduct } from '#db/products.ts'
import { majorFromMinor } from '#domain/money.ts'

export const productSchema = z
  .object({
    id: productId,
    name: z.string().openapi({ example: 'Unicorn Air' }),
    description: z.string().openapi({ example: 'Light as a feather, fast as a thought.' }),
    image: z.string().nullable().openapi({ description: 'Address of a picture.', example: '/images/unicorn-air.svg' }),
    price: amountShown,
    stock: z.number().int().openapi({ description: 'What can be bought now: on hand and not reserved.', example: 4 }),
  })
  .openapi('Product')

export const productName = line(200).openapi({ example: 'Unicorn Air' })
export const productDescription = lines(4000).openapi({ example: 'Light as a feather, fast as a thought.' })
export const productImage = z
  .string()
  .max(1000, 'must have at most 1000 characters')
  .regex(/^(?:\/(?!\/)|https?:\/\/)[!-~]+$/, 'must be a path on this server or an http(s) address')
  .openapi({ description: 'A path on this server, or an http(s) address.', example: '/images/unicorn-air.svg' })

export function showProduct(product: Product): z.infer<typeof productSchema> {
  const { id, name, description, image } = product
  return { id, name, description, image, price: majorFromMinor(product.priceMinor), stock: product.available }
}

/** @throws Problem `unknown_product` */
export async function requireProduct(sql: Database, id: string): Promise<Product> {
  const product = await readProduct(sql, id)
  if (!product) throw new Problem('unknown_product', `There is no product "${id}".`)
  return product
}

export function productRefused(refusal: ProductRefusal): Problem {
  switch (refusal.code) {
    case 'product_exists':
      return new Problem(refusal.code, 'Choose another id, or leave it out to have one made.')
    case 'insufficient_stock':
      return new Problem(refusal.code, `Up to ${refusal.available} can be taken out.`, {
        available: refusal.available,
      })
    case 'stock_too_large':
      return new Problem(refusal.code, 'Up to 1000000000 of a product can be on hand.')
  }
}
