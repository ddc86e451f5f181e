/** The JSON of an answer, whatever its status. */
export async function readJson(
  url: string,
  init: RequestInit = {},
): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(url, init)
  return (await response.json()) as Readonly<Record<string, unknown>>
}
