// Made from the schemas by wire-table.test.ts: `pnpm test --project protocol wire-table -u`.
import type { WireShape } from './wire-shape.ts'

const shape1: WireShape = { optional: { nullable: { either: ['string', { list: 'string' }] } } }

const shape2: WireShape = {
  fields: {
    taskId: 'string',
    repositoryName: 'string',
    status: 'string',
    currentStage: 'string',
    message: 'string',
  },
}

const shape3: WireShape = {
  by: 'kind',
  options: {
    local: { fields: { kind: 'string', path: 'string', ref: { nullable: 'string' } } },
    remote: { fields: { kind: 'string', url: 'string', ref: { nullable: 'string' } } },
  },
}

const shape4: WireShape = {
  list: {
    fields: {
      kind: 'string',
      path: { nullable: 'string' },
      symbol: { nullable: 'string' },
      symbolKind: { nullable: 'string' },
      startLine: { nullable: 'number' },
      resolution: 'string',
    },
  },
}

const shape5: WireShape = {
  fields: {
    taskId: 'string',
    repositoryName: 'string',
    status: 'string',
    progress: 'number',
    processedFiles: 'number',
    generatedChunks: 'number',
    processingTime: 'number',
    errorMessage: { nullable: 'string' },
  },
}

const shape6: WireShape = {
  fields: {
    stage: 'string',
    startedAt: 'date',
    completedAt: { nullable: 'date' },
    progressPercentage: 'number',
    currentOperation: { nullable: 'string' },
    processedItems: 'number',
    totalItems: { nullable: 'number' },
    errorMessage: { nullable: 'string' },
  },
}

const shape7: WireShape = {
  fields: {
    name: 'string',
    url: 'string',
    branch: { optional: { nullable: 'string' } },
    priority: { optional: { nullable: 'string' } },
    businessDomain: { optional: { nullable: 'string' } },
    teamOwner: { optional: { nullable: 'string' } },
    isGoldenRepo: { optional: { nullable: 'boolean' } },
  },
}

const shape8: WireShape = {
  list: {
    fields: {
      taskId: 'string',
      repositoryName: 'string',
      status: 'string',
      currentStage: 'string',
      overallProgress: 'number',
      processedFiles: 'number',
      generatedChunks: 'number',
      startedAt: 'date',
      estimatedCompletion: { nullable: 'date' },
      errorsCount: 'number',
      warningsCount: 'number',
    },
  },
}

const shape9: WireShape = {
  fields: {
    name: 'string',
    source: shape3,
    ref: { nullable: 'string' },
    commit: { nullable: 'string' },
    files: 'number',
    chunks: 'number',
    symbols: 'number',
    edges: 'number',
    languages: { map: 'number' },
    embedder: { fields: { id: 'string', fingerprint: 'string', dimensions: 'number' } },
    indexedAt: 'date',
    sizeBytes: { nullable: 'number' },
    priority: { optional: { nullable: 'string' } },
    businessDomain: { optional: { nullable: 'string' } },
    teamOwner: { optional: { nullable: 'string' } },
    isGoldenRepo: { optional: { nullable: 'boolean' } },
  },
}

const shape10: WireShape = { list: shape9 }

const shape11: WireShape = {
  either: [
    shape5,
    {
      fields: {
        repository: 'string',
        source: shape3,
        totals: {
          fields: {
            files: 'number',
            index: 'number',
            unchanged: 'number',
            skip: 'number',
            delete: 'number',
            bytes: 'number',
            filesByLanguage: { map: 'number' },
            bytesByLanguage: { map: 'number' },
            skippedByReason: { map: 'number' },
          },
        },
        files: {
          list: {
            fields: {
              path: 'string',
              action: 'string',
              reason: { nullable: 'string' },
              language: { nullable: 'string' },
              sizeBytes: { nullable: 'number' },
            },
          },
        },
      },
    },
  ],
}

const shape12: WireShape = {
  fields: {
    taskId: 'string',
    runId: 'string',
    repositoryName: 'string',
    status: 'string',
    currentStage: 'string',
    overallProgress: 'number',
    stageHistory: { list: shape6 },
    currentStageProgress: { nullable: shape6 },
    processedFiles: 'number',
    totalFiles: { nullable: 'number' },
    currentFile: { nullable: 'string' },
    filesByLanguage: { map: 'number' },
    embeddingProgress: {
      fields: {
        totalChunks: 'number',
        embeddedChunks: 'number',
        reusedChunks: 'number',
        embeddingRate: 'number',
        estimatedCompletion: { nullable: 'date' },
        currentFile: { nullable: 'string' },
        embeddingErrors: { list: 'string' },
      },
    },
    generatedChunks: 'number',
    storedChunks: 'number',
    startedAt: 'date',
    estimatedCompletion: { nullable: 'date' },
    processingTime: 'number',
    throughputFilesPerSecond: 'number',
    throughputChunksPerSecond: 'number',
    errors: {
      list: {
        fields: {
          errorType: 'string',
          errorMessage: 'string',
          filePath: { nullable: 'string' },
          stage: 'string',
          timestamp: 'date',
          recoverable: 'boolean',
          stackTrace: { nullable: 'string' },
        },
      },
    },
    warnings: { list: 'string' },
    errorsCount: 'number',
    warningsCount: 'number',
    errorMessage: { nullable: 'string' },
    seq: 'number',
    epoch: 'string',
    updatedAt: 'date',
    files: {
      fields: {
        indexed: 'number',
        unchanged: 'number',
        skipped: 'number',
        failed: 'number',
        deleted: 'number',
      },
    },
    health: { fields: { state: 'string', since: 'date', detail: { nullable: 'string' } } },
    eta: { nullable: { fields: { lowSeconds: 'number', highSeconds: 'number', basis: 'string' } } },
  },
}

const shape13: WireShape = {
  fields: { type: 'string', taskId: 'string', seq: 'number', data: shape12 },
}

/** The routes that give one answer, by name, with the shapes of their bodies and answers. */
export const wireRoutes = {
  taskList: {
    method: 'GET',
    path: '/status',
    answer: {
      fields: {
        tasks: shape8,
        total: 'number',
        summary: {
          fields: {
            byStatus: { map: 'number' },
            processedFiles: 'number',
            generatedChunks: 'number',
            averageFilesPerSecond: 'number',
            averageChunksPerSecond: 'number',
          },
        },
        recent: shape8,
        timestamp: 'date',
        nextCursor: { nullable: 'string' },
      },
    },
  },
  task: { method: 'GET', path: '/status/{task_id}', answer: shape12 },
  taskLogs: {
    method: 'GET',
    path: '/status/{task_id}/logs',
    answer: {
      fields: {
        taskId: 'string',
        repositoryName: 'string',
        logLevel: 'string',
        totalLogs: 'number',
        logs: {
          list: {
            fields: {
              timestamp: 'date',
              level: 'string',
              stage: 'string',
              message: 'string',
              details: { map: 'any' },
            },
          },
        },
        nextCursor: { nullable: 'string' },
      },
    },
  },
  stageMetrics: {
    method: 'GET',
    path: '/metrics/stages',
    answer: {
      fields: {
        stageMetrics: {
          map: {
            fields: {
              totalExecutions: 'number',
              totalDuration: 'number',
              averageDuration: 'number',
              minDuration: 'number',
              maxDuration: 'number',
              p50Duration: 'number',
              p95Duration: 'number',
              successCount: 'number',
              errorCount: 'number',
              currentActive: 'number',
            },
          },
        },
        totalStagesTracked: 'number',
        timestamp: 'date',
      },
    },
  },
  embeddingMetrics: {
    method: 'GET',
    path: '/metrics/embedding',
    answer: {
      fields: {
        embeddingMetrics: {
          fields: {
            totalChunksEmbedded: 'number',
            totalEmbeddingTime: 'number',
            averageEmbeddingRate: 'number',
            activeEmbeddingTasks: 'number',
            embeddingErrors: 'number',
            repositoriesWithEmbeddings: 'number',
            embeddingQualityMetrics: {
              fields: {
                dimensionConsistency: 'boolean',
                averageEmbeddingSize: 'number',
                nullEmbeddings: 'number',
              },
            },
          },
        },
        timestamp: 'date',
      },
    },
  },
  repositoryList: {
    method: 'GET',
    path: '/repositories',
    answer: {
      fields: {
        repositories: shape10,
        totalRepositories: 'number',
        pageInfo: { fields: { offset: 'number', limit: 'number', hasNext: 'boolean' } },
      },
    },
  },
  repository: {
    method: 'GET',
    path: '/repositories/{name}',
    answer: {
      fields: {
        repositoryInfo: shape9,
        healthMetrics: {
          fields: {
            isIndexing: 'boolean',
            lastTaskId: { nullable: 'string' },
            lastStatus: { nullable: 'string' },
            failedFiles: 'number',
            errorsCount: 'number',
            warningsCount: 'number',
          },
        },
        lastUpdated: 'date',
      },
    },
  },
  statistics: {
    method: 'GET',
    path: '/statistics',
    answer: {
      fields: {
        processingStatistics: {
          fields: {
            totalTasks: 'number',
            completedTasks: 'number',
            failedTasks: 'number',
            cancelledTasks: 'number',
            processedFiles: 'number',
            generatedChunks: 'number',
            totalProcessingTime: 'number',
            averageProcessingTime: 'number',
            averageFilesPerSecond: 'number',
            averageChunksPerSecond: 'number',
          },
        },
        activeTasks: 'number',
        trackedTasks: 'number',
        timestamp: 'date',
      },
    },
  },
  search: {
    method: 'POST',
    path: '/search',
    body: {
      fields: {
        query: 'string',
        repository: shape1,
        language: shape1,
        path: { optional: { nullable: 'string' } },
        symbolKind: shape1,
        limit: { optional: { nullable: 'number' } },
        mode: { optional: { nullable: 'string' } },
        neighbours: { optional: { nullable: 'boolean' } },
      },
    },
    answer: {
      fields: {
        hits: {
          list: {
            fields: {
              id: 'string',
              repository: 'string',
              path: 'string',
              startLine: 'number',
              endLine: 'number',
              language: 'string',
              symbol: { nullable: 'string' },
              symbolKind: { nullable: 'string' },
              text: 'string',
              score: 'number',
              neighbours: {
                nullable: {
                  fields: {
                    callers: shape4,
                    callees: shape4,
                    definedIn: shape4,
                    imports: shape4,
                    extends: shape4,
                  },
                },
              },
            },
          },
        },
        freshness: {
          list: {
            fields: {
              repository: 'string',
              ref: { nullable: 'string' },
              commit: { nullable: 'string' },
              indexedAt: 'date',
            },
          },
        },
      },
    },
  },
  filter: {
    method: 'POST',
    path: '/filter',
    body: {
      fields: {
        namePatterns: { optional: { nullable: { list: 'string' } } },
        domains: { optional: { nullable: { list: 'string' } } },
        teams: { optional: { nullable: { list: 'string' } } },
        priorities: { optional: { nullable: { list: 'string' } } },
        languages: { optional: { nullable: { list: 'string' } } },
        isGoldenRepo: { optional: { nullable: 'boolean' } },
        excludeNames: { optional: { nullable: { list: 'string' } } },
      },
    },
    answer: { fields: { repositories: shape10, totalRepositories: 'number' } },
  },
  openApi: { method: 'GET', path: '/openapi.json', answer: { map: 'any' } },
  indexRemote: { method: 'POST', path: '/repository', body: shape7, answer: shape11 },
  indexLocal: {
    method: 'POST',
    path: '/repository/local',
    body: {
      fields: {
        name: 'string',
        localPath: 'string',
        branch: { optional: { nullable: 'string' } },
        priority: { optional: { nullable: 'string' } },
        businessDomain: { optional: { nullable: 'string' } },
        teamOwner: { optional: { nullable: 'string' } },
        isGoldenRepo: { optional: { nullable: 'boolean' } },
      },
    },
    answer: shape11,
  },
  indexMany: {
    method: 'POST',
    path: '/bulk',
    body: {
      fields: {
        repositories: { list: shape7 },
        maxConcurrent: { optional: { nullable: 'number' } },
      },
    },
    answer: { fields: { tasks: { list: shape5 }, total: 'number' } },
  },
  update: { method: 'POST', path: '/update/{name}', answer: shape5 },
  cancel: { method: 'POST', path: '/status/{task_id}/cancel', answer: shape2 },
  pause: { method: 'POST', path: '/status/{task_id}/pause', answer: shape2 },
  resume: { method: 'POST', path: '/status/{task_id}/resume', answer: shape2 },
  remove: {
    method: 'DELETE',
    path: '/repository/{name}',
    answer: {
      fields: {
        repository: 'string',
        removed: {
          fields: {
            vectors: 'number',
            chunks: 'number',
            nodes: 'number',
            edges: 'number',
            files: 'number',
          },
        },
      },
    },
  },
  optimize: {
    method: 'POST',
    path: '/optimize',
    answer: {
      fields: {
        stores: { list: 'string' },
        sizeBytesBefore: { nullable: 'number' },
        sizeBytesAfter: { nullable: 'number' },
        duration: 'number',
      },
    },
  },
  cleanup: {
    method: 'POST',
    path: '/cleanup',
    answer: { fields: { removedTasks: 'number', olderThanHours: 'number', timestamp: 'date' } },
  },
} as const satisfies Readonly<Record<string, WireRoute>>

/** One of {@link wireRoutes}. */
export interface WireRoute {
  /** HTTP method. */
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below the base path, with parameters in braces: `/status/{task_id}`. */
  readonly path: string
  /** Of the request's body; absent where it takes none. */
  readonly body?: WireShape
  /** Of the answer's body. */
  readonly answer: WireShape
}

/** Of what went wrong with a request. */
export const problemShape: WireShape = {
  fields: {
    type: 'string',
    title: 'string',
    status: 'number',
    detail: 'string',
    code: { optional: 'string' },
    taskId: { optional: 'string' },
    errors: { optional: { list: { fields: { path: 'string', message: 'string' } } } },
  },
}

/** Of what the server sends over a WebSocket or as Server-Sent Events. */
export const serverMessageShape = {
  by: 'type',
  options: {
    initial_status: shape13,
    status_update: shape13,
    task_status: shape13,
    task_not_found: { fields: { type: 'string', taskId: 'string', message: 'string' } },
    heartbeat: { fields: { type: 'string', seq: { optional: 'number' }, timestamp: 'date' } },
    pong: { fields: { type: 'string', timestamp: 'date' } },
    error: { fields: { type: 'string', taskId: { optional: 'string' }, message: 'string' } },
    connection_info: {
      fields: {
        type: 'string',
        message: 'string',
        supportedCommands: { list: 'string' },
        timestamp: 'date',
      },
    },
  },
} as const satisfies WireShape
