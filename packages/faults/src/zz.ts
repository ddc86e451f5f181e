import { networkFaults } from './network.ts'
const [only = '', form = 'short', seed = '1'] = process.argv.slice(2)
for (const fault of networkFaults) {
  if (!fault.name.includes(only)) continue
  const t = Date.now()
  for (const row of await fault.run({ form: form as 'short', seed: Number(seed), signal: new AbortController().signal }))
    console.log(JSON.stringify(row))
  console.log(fault.name, (Date.now() - t) / 1000)
}
