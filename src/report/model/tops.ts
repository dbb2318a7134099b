export interface Tops {
  readonly addresses: TopList<AddressRow>;
  readonly users: TopList<TopRow>;
  readonly hosts: TopList<TopRow>;
  readonly urls: TopList<TopRow>;
}

export interface TopList<Row> {
  readonly rows: readonly Row[];
  /** How many there are beyond the ten shown, and what they count. */
  readonly others: number;
  readonly others_value: number;
}

export interface TopRow {
  readonly name: string;
  readonly value: number;
  readonly previous: number | null;
  /** Change against `previous` in percent; null where there is nothing to compare with. */
  readonly change: number | null;
  /** Where to look closer. */
  readonly link: string | null;
}

export interface AddressRow extends TopRow {
  readonly failed_logins: number;
  readonly http_errors: number;
  readonly country: string | null;
  readonly first_seen: string;
  readonly new: boolean;
}
