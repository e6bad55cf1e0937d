import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript'
import ts from 'typescript'

const NOTICE =
  '// Generated from the OpenAPI document by `npm run web:client`: change the schemas in api/, not this file.\n\n'

/** The types of a client for the API that an OpenAPI 3.1 document describes, as the text of a declaration file. */
export async function clientTypes(document: unknown): Promise<string> {
  const nodes = await openapiTS(document as OpenAPI3, { alphabetize: true, defaultNonNullable: false, transform })
  return NOTICE + astToString(nodes)
}

/** Any JSON is an array of any JSON, too, which a declaration of this form cannot say. */
function transform(_: unknown, { path }: { path?: string }): ts.TypeNode | undefined {
  const isAnyJson = path?.endsWith('/schemas/EventValue')
  return isAnyJson ? ts.factory.createKeywordTypeNode(ts.SyntaxKind.UnknownKeyword) : undefined
}
