/** What one run of the script that reads an event log is to do. */
export interface EventQuery {
  /** Stands before each line that the script prints. */
  nonce: string;
  channel: string;
  /** The last event that is known, or to begin behind the newest; undefined: from the oldest. */
  after?: { record: number; time: string } | "end";
  once: boolean;
  pollMs: number;
}

/**
 * The PowerShell (5.1) that prints `event ID XML` for each new event, oldest first, and before that what happened to
 * the log since the last look: `cleared`, `lost COUNT`. One process looks again and again: to start PowerShell costs
 * the host a second.
 */
export function eventScript({ nonce, channel, after, once, pollMs }: EventQuery): string {
  const bookmark = typeof after === "object" ? after : { record: 0, time: "" };
  return `
$n=${quote(nonce)};$c=${quote(channel)};[long]$last=${bookmark.record};$time=${quote(bookmark.time)}
$once=$${once};$end=$${after === "end"};$ms=${Math.round(pollMs)}
$ErrorActionPreference='Stop';$ProgressPreference='SilentlyContinue'
[Console]::OutputEncoding=New-Object Text.UTF8Encoding $false
function say($t){[Console]::Out.WriteLine("$n $t")}
function one($x,[switch]$o){try{Get-WinEvent -LogName $c -FilterXPath $x -MaxEvents 1 -Oldest:$o}
catch{if($_.FullyQualifiedErrorId -notlike 'NoMatchingEventsFound*'){throw}}}
function known{$k=one "*[System[EventRecordID=$last]]"
if($k -and $time -and -not $k.ToXml().Contains($time)){say 'cleared';$script:last=0}}
try{
$null=Get-WinEvent -ListLog $c
if($end){$e=one '*';if($e){$last=$e.RecordId;say "start $last $(([xml]$e.ToXml()).Event.System.TimeCreated.SystemTime)"}}
elseif($last -gt 0){known}
for(;;){$e=one '*'
if($e -and $e.RecordId -lt $last){say 'cleared';$last=0}
if($e -and $e.RecordId -gt $last){
if($last -gt 0){known
if($last -gt 0){$o=one '*' -o;if($o.RecordId -gt $last+1){say "lost $($o.RecordId-$last-1)"}}}
try{Get-WinEvent -LogName $c -FilterXPath "*[System[EventRecordID>$last]]" -Oldest|ForEach-Object{$x=$_.ToXml()
say "event $($_.RecordId) $($x.Replace([string][char]13,'&#13;').Replace([string][char]10,'&#10;'))";$last=$_.RecordId
$time=if($x -match "SystemTime=['\`"]([^'\`"]+)"){$matches[1]}else{''}}}
catch{if($_.FullyQualifiedErrorId -notlike 'NoMatchingEventsFound*'){throw}}}
if($once){say 'end';exit 0}
say 'idle';Start-Sleep -Milliseconds $ms}
}catch{say "error 0 $($_.FullyQualifiedErrorId) $($_.Exception.Message -replace '\\s+',' ')";exit 1}
`.trim();
}

/** The command line that runs `script`, as cmd.exe passes it on untouched: it has no sign that means anything there. */
export function encodedCommand(script: string): string {
  const encoded = Buffer.from(script, "utf16le").toString("base64");
  return `powershell -NoProfile -NonInteractive -EncodedCommand ${encoded}`;
}

/** A PowerShell string that means nothing but itself. PowerShell takes typographic quotes for quotes too. */
function quote(text: string): string {
  return `'${text.replace(/['\u2018\u2019\u201a\u201b]/g, "$&$&")}'`;
}
