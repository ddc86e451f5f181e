/**
 * Where the status server is: what the page's address says (`?api=`), else its `<meta name="cairn-api">`,
 * else the folder above the page. The page's policy holds in any case: another origin has to stand in it.
 */
export function apiAddress(document: Document): string {
  const asked = new URL(document.URL).searchParams.get('api')
  const written = document.querySelector<HTMLMetaElement>('meta[name="cairn-api"]')?.content
  return new URL(asked || written || '..', document.URL.replace(/[?#].*$/, '')).href
}
