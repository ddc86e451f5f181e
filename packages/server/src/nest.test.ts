import 'reflect-metadata'
import type { Server } from 'node:http'
import {
  type ArgumentsHost,
  Body,
  Catch,
  Controller,
  type DynamicModule,
  Get,
  HttpException,
  type INestApplication,
  Post,
} from '@nestjs/common'
import { HttpAdapterHost, NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { expect, test } from 'vitest'
import { bindingContract, portOf } from './binding-contract.test-support.ts'
import { createStatusServer } from './create-status-server.ts'
import { statusModule } from './nest.ts'
import { createWorkbench } from './workbench.test-support.ts'

class OwnController {
  own(): string {
    return 'own'
  }
  broken(): never {
    throw new Error('broken')
  }
  echo(body: unknown): unknown {
    return body
  }
}
Controller()(OwnController)
decorate('own', Get('own'))
decorate('broken', Get('broken'))
decorate('echo', Post('echo'))
Body()(OwnController.prototype, 'echo', 0)

/** What `@Get()` above a method does; Node runs no decorators. */
function decorate(name: 'own' | 'broken' | 'echo', decorator: MethodDecorator): void {
  const descriptor = Object.getOwnPropertyDescriptor(OwnController.prototype, name)
  if (descriptor) decorator(OwnController.prototype, name, descriptor)
}

class HostErrors {
  private readonly app: INestApplication
  constructor(app: INestApplication) {
    this.app = app
  }
  catch(error: unknown, host: ArgumentsHost): void {
    const status = error instanceof HttpException ? error.getStatus() : statusOf(error)
    const { httpAdapter } = this.app.get(HttpAdapterHost)
    httpAdapter.reply(host.switchToHttp().getResponse(), 'handled by the host', status)
  }
}
Catch()(HostErrors)

function statusOf(error: unknown): number {
  const { status, statusCode } = error as { status?: number; statusCode?: number }
  return status ?? statusCode ?? 500
}

async function startApp(imports: DynamicModule[], isFastify: boolean, bodyParser = true) {
  class AppModule {}
  const root: DynamicModule = { module: AppModule, imports, controllers: [OwnController] }
  const adapter = isFastify ? new FastifyAdapter() : new ExpressAdapter()
  const app = await NestFactory.create(root, adapter, { logger: false, bodyParser })
  app.useGlobalFilters(new HostErrors(app))
  await app.listen(0, '127.0.0.1')
  return app
}

for (const isFastify of [false, true]) {
  bindingContract({
    name: `nest 11 on ${isFastify ? 'fastify' : 'express'}`,
    parsers: isFastify ? ['before'] : ['nowhere', 'before'],
    async start({ server, parser }) {
      const app = await startApp([statusModule(server)], isFastify, parser === 'before')
      const httpServer: Server = app.getHttpServer()
      return {
        httpServer,
        async close() {
          httpServer.closeAllConnections()
          await app.close()
        },
      }
    },
  })
}

test.each([false, true])(
  'a server is made out of providers, and closed with the application',
  async (isFastify) => {
    const bench = createWorkbench()
    await bench.task('running').begin()
    class IndexModule {}
    const index: DynamicModule = {
      module: IndexModule,
      providers: [{ provide: 'indexer', useValue: bench.indexer }],
      exports: ['indexer'],
    }
    const mounted = statusModule({
      imports: [index],
      inject: ['indexer'],
      useFactory: (source: typeof bench.indexer) => createStatusServer({ source }),
    })
    const app = await startApp([mounted], isFastify)
    const port = portOf(app.getHttpServer())
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/index/status/running/events`)
    const [text] = await Promise.all([response.text(), app.close()])
    expect(text).toContain('initial_status')
    await bench.close()
  },
)
