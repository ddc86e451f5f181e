/**
 * Binds a status server to Nest, on Express and on Fastify.
 *
 * @packageDocumentation
 */
import { METHODS } from 'node:http'
import {
  type DynamicModule,
  type FactoryProvider,
  Inject,
  type ModuleMetadata,
} from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import { answerUnroutable } from './answer-unroutable.ts'
import { attachUpgrades } from './attach-upgrades.ts'
import { type NodeRequest, nodeHandler } from './node.ts'
import type { StatusServer } from './options.ts'

/** How {@link statusModule} gets a status server out of providers of the host. */
export interface StatusModuleOptions {
  /** Modules that export the providers. @default [] */
  readonly imports?: ModuleMetadata['imports']
  /** Tokens of the providers that the factory is called with. @default [] */
  readonly inject?: FactoryProvider['inject']
  /** Makes the status server. */
  readonly useFactory: FactoryProvider<StatusServer>['useFactory']
}

/**
 * A module for `imports` of the application's own, with the routes and the sockets. The base path counts
 * from the root, without a global prefix. Requests come to it after the application's middleware and body
 * parser, before its guards and controllers. When the application closes, the status server is closed.
 */
export function statusModule(server: StatusServer | StatusModuleOptions): DynamicModule {
  const options = 'useFactory' in server ? server : { useFactory: () => server }
  const statusServer = Symbol('status server')
  class StatusModule {
    private readonly host: HttpAdapterHost
    private readonly server: StatusServer
    private detach = (): void => undefined

    constructor(host: HttpAdapterHost, mounted: StatusServer) {
      this.host = host
      this.server = mounted
    }

    /** Called by Nest when middleware is to be mounted. */
    configure(): void {
      const { httpAdapter } = this.host
      const context = ({ ip }: NodeRequest & { readonly ip?: string }) => ({ remoteAddress: ip })
      httpAdapter.use(nodeHandler(this.server, { context }))
      const httpServer = httpAdapter.getHttpServer()
      const detachUpgrades = attachUpgrades(httpServer, this.server)
      // Fastify has middleware for every method, but not for a path that it cannot decode.
      const giveBack =
        httpAdapter.getType() === 'fastify'
          ? answerUnroutable(httpServer, this.server, METHODS)
          : () => undefined
      this.detach = () => {
        detachUpgrades()
        giveBack()
      }
    }

    /** Called by Nest before it closes the HTTP server, which open streams would keep from closing. */
    async beforeApplicationShutdown(): Promise<void> {
      this.detach()
      await this.server.close()
    }
  }
  Inject(HttpAdapterHost)(StatusModule, undefined, 0)
  Inject(statusServer)(StatusModule, undefined, 1)
  return {
    module: StatusModule,
    imports: [...(options.imports ?? [])],
    providers: [
      {
        provide: statusServer,
        inject: [...(options.inject ?? [])],
        useFactory: options.useFactory,
      },
    ],
  }
}
