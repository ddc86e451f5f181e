import { createServer } from 'node:http'
import { bindingContract, listen } from './binding-contract.test-support.ts'
import { attachUpgrades } from './node.ts'
import { nodeProgram } from './node-program.test-support.ts'

bindingContract({
  name: 'node:http',
  parsers: ['nowhere'],
  async start({ server }) {
    const httpServer = createServer(nodeProgram(server))
    attachUpgrades(httpServer, server)
    return listen(httpServer)
  },
})
