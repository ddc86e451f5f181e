/** A Nest application with the status of indexing: `node server.js [repository] [port]`. */
import 'reflect-metadata'
import { createStatusServer } from '@cairn/server'
import { statusModule } from '@cairn/server/nest'
import { Controller, Get, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { createIndexer } from 'cairn'

const [repository = '.', port = '3000'] = process.argv.slice(2)

const indexer = createIndexer()
const status = createStatusServer({ source: indexer })

class PageController {
  page() {
    return 'A page of my own'
  }
}
class AppModule {}

// What `@Controller()`, `@Get()` and `@Module({ … })` are compiled to in TypeScript.
Controller()(PageController)
const page = Object.getOwnPropertyDescriptor(PageController.prototype, 'page')
if (page) Get()(PageController.prototype, 'page', page)
Module({ imports: [statusModule(status)], controllers: [PageController] })(AppModule)

const app = await NestFactory.create(AppModule, { logger: false })
await app.listen(Number(port), '127.0.0.1')
console.log(`${await app.getUrl()}${status.basePath}/status`)

indexer.index({ path: repository })
