import { createServer } from 'node:http'
import { bindingContract, listen } from './binding-contract.test-support.ts'
import { attachUpgrades, nodeHandler } from './node.ts'

bindingContract({
  name: 'node:http',
  parsing: [false],
  async start({ server }) {
    const handle = nodeHandler(server)
    const httpServer = createServer((request, response) => {
      const answer = (status: number, text: string): void => {
        response.statusCode = status
        response.end(text)
      }
      void handle(request, response, () => {
        if (request.url === '/own') answer(200, 'own')
        else if (request.url === '/broken') answer(500, 'handled by the host')
        else answer(404, 'nothing here')
      })
    })
    attachUpgrades(httpServer, server)
    return listen(httpServer)
  },
})
