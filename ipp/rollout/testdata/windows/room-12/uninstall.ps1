#Requires -RunAsAdministrator
# Takes away the printer that install.ps1 has added, and the certificate authority of
# its server with the last of that server's printers. Run again, it changes nothing.
$ErrorActionPreference = 'Stop'
$ours = 'HKLM:\SOFTWARE\Inkwell\Printers'
$key = $ours + '\' + '770fa0c9-082e-8559-8bba-c3558fec2733'

$have = Get-ItemProperty -LiteralPath $key -ErrorAction SilentlyContinue
if (-not $have) {
    Write-Output 'The printer is not there.'
    exit 0
}
@(Get-Printer) | Where-Object { $_.Name -ceq $have.Name } | Remove-Printer
Remove-Item -LiteralPath $key -Recurse

$others = @(Get-ChildItem -LiteralPath $ours | Get-ItemProperty | Where-Object { $_.Authority -eq $have.Authority })
if ($have.Authority -and $others.Count -eq 0) {
    $store = New-Object Security.Cryptography.X509Certificates.X509Store -ArgumentList 'Root', 'LocalMachine'
    $store.Open('ReadWrite')
    try {
        foreach ($ca in @($store.Certificates | Where-Object { $_.Thumbprint -eq $have.Authority })) { $store.Remove($ca) }
    } finally { $store.Close() }
}
Write-Output 'The printer is gone.'
exit 0
