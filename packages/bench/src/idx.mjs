import { createIndexer } from 'cairn'

const [path, data, n = '1'] = process.argv.slice(2)
for (let i = 0; i < +n; i++) {
  const t0 = performance.now()
  const indexer = createIndexer({ dataDirectory: data })
  const marks = []
  const mark = (m) => marks.push(`${m}@${(performance.now() - t0).toFixed(0)}`)
  const run = indexer.index({ path })
  run.on('event', (e) => {
    if (/^(run|stage\.(started|completed))/.test(e.type))
      mark(e.type.replace('stage.', '') + (e.stage ? ':' + e.stage : ''))
  })
  const r = await run.finished
  mark('done')
  console.log(marks.join(' '), JSON.stringify(r.files))
  await indexer.close()
}
