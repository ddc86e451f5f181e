import type { NextConfig } from 'next'

const config: NextConfig = {
  // Both start threads from files of their own, which a bundle would lose.
  serverExternalPackages: ['cairn', '@cairn/server'],
}

export default config
