import { Table, VisuallyHidden } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './table.module.css'

export type Column<Row> = {
  /** Its heading. */
  name: string
  /** Whether the heading is for screen readers only. */
  isNameUnseen?: boolean
  /** `name` is what a row is called; `number` stands at the right; `actions` is what can be done about a row. */
  kind?: 'text' | 'name' | 'number' | 'actions'
  /** Left out on a phone, where another cell has to show it. */
  onlyWide?: boolean
  className?: string | undefined
  cell: (row: Row) => ReactNode
}

type DataTableProps<Row> = {
  caption: string
  /** Whether the caption says more than the heading above the table. */
  isCaptionSeen?: boolean
  isHeadUnseen?: boolean
  /** Whether the headings stay in sight while the rows scroll. */
  isHeadSticky?: boolean
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  keyOf: (row: Row) => string | number
  /** On a phone a row stays one, or becomes a block that says what its numbers are. */
  onPhone?: 'rows' | 'blocks'
}

/** The table of the store. */
export function DataTable<Row>({
  caption,
  isCaptionSeen = false,
  isHeadUnseen = false,
  isHeadSticky = false,
  columns,
  rows,
  keyOf,
  onPhone = 'rows',
}: DataTableProps<Row>) {
  return (
    <Table
      verticalSpacing="sm"
      captionSide="top"
      stickyHeader={isHeadSticky}
      className={classes.table}
      data-on-phone={onPhone}
      data-headless={isHeadUnseen}
    >
      {isCaptionSeen ? (
        <Table.Caption ta="left">{caption}</Table.Caption>
      ) : (
        <caption className={classes.unseenCaption}>
          <VisuallyHidden>{caption}</VisuallyHidden>
        </caption>
      )}
      <Table.Thead>
        <Table.Tr>
          {columns.map(({ name, isNameUnseen = false, kind = 'text', onlyWide }) => (
            <Table.Th key={name} scope="col" data-kind={kind} {...(onlyWide && WIDE)}>
              {isNameUnseen ? <VisuallyHidden>{name}</VisuallyHidden> : name}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={keyOf(row)}>
            {columns.map((column) => (
              <Cell key={column.name} column={column} row={row} />
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

const WIDE = { visibleFrom: 'sm' } as const

type CellProps<Row> = { column: Column<Row>; row: Row }

function Cell<Row>({ column: { name, kind = 'text', onlyWide, className = '', cell }, row }: CellProps<Row>) {
  const given = { 'data-kind': kind, className, ...(onlyWide && WIDE) }
  if (kind === 'name') {
    return (
      <Table.Th scope="row" {...given}>
        {cell(row)}
      </Table.Th>
    )
  }
  return (
    <Table.Td {...given} data-label={kind === 'number' ? name : undefined}>
      {cell(row)}
    </Table.Td>
  )
}
