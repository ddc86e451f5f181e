import './styles.css'
import { createStatusClient } from '@cairn/client'
import { createRoot } from 'react-dom/client'
import { apiAddress } from './api-address.ts'
import { App } from './app.tsx'
import { applyTheme, storedTheme } from './theme.ts'

applyTheme(storedTheme())

const api = apiAddress(document)
const client = createStatusClient({
  baseUrl: api,
  // Someone looks at the page, so it is back soon after the server is.
  watch: { backoff: { minMs: 500, maxMs: 5_000 } },
})
// To plan, to remove and to optimize takes minutes where much is indexed.
const patientClient = createStatusClient({ baseUrl: api, requestTimeoutMs: 900_000 })
const root = document.getElementById('root')
if (root) {
  createRoot(root).render(<App client={client} patientClient={patientClient} api={api} />)
}
