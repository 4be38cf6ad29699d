#Requires -RunAsAdministrator
# Adds a printer of the school's print server, and trusts the certificate authority
# of that server. Run again, it changes nothing.
$ErrorActionPreference = 'Stop'
$name = 'Print (Room 12)'
$url = 'https://print.harbour.example:8631/ipp/print/g/room-12'
$ours = 'HKLM:\SOFTWARE\Inkwell\Printers'
$key = $ours + '\' + '770fa0c9-082e-8559-8bba-c3558fec2733'
$authority = 'YSBjZXJ0aWZpY2F0ZSBpbiBERVI='

if (-not (Get-Command Add-Printer).Parameters.ContainsKey('IppURL')) {
    throw 'This Windows cannot add a printer by its address. It needs Windows 10 21H2 or Windows 11.'
}

$thumbprint = ''
if ($authority) {
    $ca = New-Object Security.Cryptography.X509Certificates.X509Certificate2 -ArgumentList (, [Convert]::FromBase64String($authority))
    $thumbprint = $ca.Thumbprint
    $store = New-Object Security.Cryptography.X509Certificates.X509Store -ArgumentList 'Root', 'LocalMachine'
    $store.Open('ReadWrite')
    try { if (-not $store.Certificates.Contains($ca)) { $store.Add($ca) } } finally { $store.Close() }
}

# Names are compared and never given to -Name, which would read wildcards in them.
function Find-Printer([string] $called) { @(Get-Printer) | Where-Object { $_.Name -ceq $called } }

$before = Get-ItemProperty -LiteralPath $key -ErrorAction SilentlyContinue
if ($before -and $before.Url -ceq $url -and $before.Name -ceq $name -and $before.Authority -eq $thumbprint -and (Find-Printer $name)) {
    Write-Output 'The printer is there already.'
    exit 0
}
if ($before) {
    Find-Printer $before.Name | Remove-Printer
} elseif (Find-Printer $name) {
    throw 'There is another printer of that name. Rename or remove it first.'
}

# Windows calls the new printer as the server does, and shows it a moment later.
$known = @(Get-Printer | ForEach-Object { $_.Name })
Add-Printer -IppURL $url
$added = $null
foreach ($try in 1..60) {
    $added = @(Get-Printer) | Where-Object { $known -cnotcontains $_.Name } | Select-Object -First 1
    if ($added) { break }
    Start-Sleep -Milliseconds 500
}
if (-not $added) { throw 'Windows has not added the printer. Is the server reached from this computer?' }
if ($added.Name -cne $name) { Rename-Printer -InputObject $added -NewName $name }

New-Item -Path $key -Force | Out-Null
Set-ItemProperty -LiteralPath $key -Name Name -Value $name
Set-ItemProperty -LiteralPath $key -Name Url -Value $url
Set-ItemProperty -LiteralPath $key -Name Authority -Value $thumbprint
Write-Output 'The printer is there.'
exit 0
