# Says whether install.ps1 has done its work: Intune takes exit code 0 with something
# said as "installed", and anything else as "not installed".
$ErrorActionPreference = 'Stop'
$name = @NAME@
$url = @URL@
$key = 'HKLM:\SOFTWARE\Inkwell\Printers\' + @KEY@
$authority = @CA@

$have = Get-ItemProperty -LiteralPath $key -ErrorAction SilentlyContinue
if (-not $have -or $have.Url -cne $url -or $have.Name -cne $name) { exit 1 }
if (-not (@(Get-Printer) | Where-Object { $_.Name -ceq $name })) { exit 1 }
if ($authority) {
    $ca = New-Object Security.Cryptography.X509Certificates.X509Certificate2 -ArgumentList (, [Convert]::FromBase64String($authority))
    if (-not (Test-Path -LiteralPath ('Cert:\LocalMachine\Root\' + $ca.Thumbprint))) { exit 1 }
}
Write-Output 'installed'
exit 0
