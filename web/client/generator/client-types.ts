import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript'

const NOTICE =
  '// Generated from the OpenAPI document by `npm run web:client`: change the schemas in api/, not this file.\n\n'

/** The types of a client for the API that an OpenAPI 3.1 document describes, as the text of a declaration file. */
export async function clientTypes(document: unknown): Promise<string> {
  const nodes = await openapiTS(document as OpenAPI3, { alphabetize: true, defaultNonNullable: false })
  return NOTICE + astToString(nodes)
}
