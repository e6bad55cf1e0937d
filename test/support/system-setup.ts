// Runs for each test file, and this loads once in each process: before any file that begins with a worker of its own.
import './temporal-runtime.ts'
